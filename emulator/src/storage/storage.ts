import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { serve, type RunningServer } from '../http/server.ts';
import type { Iam } from '../iam/iam.ts';
import type { TokenRegistry } from '../http/tokens.ts';
import type { Publish } from '../stack/messages.ts';
import { BodyStore } from './body-store.ts';
import { Catalog } from './catalog.ts';
import { ObjectStore } from './object-store.ts';
import { Outbox } from './outbox.ts';
import { ResumableSessions } from './resumable-sessions.ts';
import { makeAccess } from './rights.ts';
import { makeRouter } from './router.ts';
import { storageRoutes } from './routes.ts';
import type { StorageService } from './service.ts';

export interface StorageOptions {
  /** 0 picks a free one. */
  readonly port: number;
  /** Where buckets and objects are kept. One running stand-in a directory. */
  readonly dataDir: string;
  /** Where notifications go. */
  readonly publish: Publish;
  /** Requests without a token are accepted; with one, it must be known here. Without a registry any will do. */
  readonly tokens?: TokenRegistry;
  /** Who may do what. @default everybody everything */
  readonly iam?: Iam;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
  /** Before the first retry of a notification that was not accepted. @default 500 */
  readonly notificationRetryDelayMs?: number;
  /** Told what went wrong without failing a request. @default process.emitWarning */
  readonly warn?: (message: string) => void;
}

export type StorageStandIn = RunningServer;

/**
 * Starts a stand-in for Cloud Storage that speaks its JSON API on loopback.
 *
 * Everything it has acknowledged survives its end, however it comes.
 *
 * @throws when the port is taken, or when the catalog in `dataDir` is damaged.
 */
export async function startStorage(options: StorageOptions): Promise<StorageStandIn> {
  const { dataDir, publish, now = Date.now, notificationRetryDelayMs = 500 } = options;
  const { warn = (message: string) => process.emitWarning(message) } = options;
  let url = '';
  const catalog = await Catalog.open(dataDir, now);
  const bodies = new BodyStore(join(dataDir, 'bodies'));
  const sessions = new ResumableSessions(join(dataDir, 'sessions'), bodies, now);
  await sweep(catalog, bodies, sessions);
  const outbox = new Outbox({ catalog, publish, retryDelayMs: notificationRetryDelayMs, warn });
  const baseUrl = (): string => url;
  const objects = new ObjectStore({ catalog, bodies, outbox, baseUrl });
  const inFlight = new InFlight(makeHandler({ catalog, bodies, objects, sessions, baseUrl }, options));
  const server = await serve((request, response) => inFlight.run(request, response), options.port);
  url = server.url;
  outbox.start();
  return {
    url,
    port: server.port,
    async close() {
      await server.close();
      outbox.close();
      await inFlight.settled();
      catalog.close();
    },
  };
}

type AsyncHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

function makeHandler(
  service: StorageService,
  { tokens, iam }: Pick<StorageOptions, 'tokens' | 'iam'>,
): AsyncHandler {
  const route = makeRouter(storageRoutes(service));
  return async (request, response) => {
    // Google's client sends no token to an emulator, so only a token that is sent is looked at.
    const isShown = request.headers.authorization !== undefined;
    const account = isShown ? tokens?.authenticate(request) : undefined;
    await route(request, response, makeAccess(iam, account));
  };
}

/** Removes bodies that belong to nothing: uploads that were broken off, generations whose removal was. */
async function sweep(catalog: Catalog, bodies: BodyStore, sessions: ResumableSessions): Promise<void> {
  const ids = await bodies.ids();
  sessions.load(catalog, new Set(ids));
  const kept = new Set(sessions.bodyIds());
  for (const { bodyId } of catalog.objects()) kept.add(bodyId);
  for (const id of ids) if (!kept.has(id)) bodies.remove(id);
}

/** Requests being answered, so that nothing is still at work on files that are about to be closed. */
class InFlight {
  readonly #handler: AsyncHandler;
  readonly #running = new Set<Promise<void>>();

  constructor(handler: AsyncHandler) {
    this.#handler = handler;
  }

  async run(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answered = this.#handler(request, response);
    this.#running.add(answered);
    try {
      await answered;
    } finally {
      this.#running.delete(answered);
    }
  }

  async settled(): Promise<void> {
    await Promise.allSettled([...this.#running]);
  }
}
