import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Storage, type Bucket, type File } from '@google-cloud/storage';
import { startStorage, type StorageStandIn } from '../../../emulator/src/storage/storage.ts';
import { TokenRegistry } from '../../../emulator/src/http/tokens.ts';

export interface PublishedMessage {
  readonly topic: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly data: string;
}

/** A stand-in with a directory of its own, Google's client connected to it, and a topic that records. */
export class StorageUnderTest {
  readonly published: PublishedMessage[] = [];
  readonly tokens = new TokenRegistry();
  readonly warnings: string[] = [];
  readonly dataDir: string;
  /** Called for each message before it is recorded; may throw, as a topic may. */
  beforePublish: (topic: string) => void = () => undefined;
  #standIn: StorageStandIn | undefined;
  #bucketCount = 0;

  private constructor(dataDir: string) {
    this.dataDir = dataDir;
  }

  static async start(): Promise<StorageUnderTest> {
    const server = new StorageUnderTest(await mkdtemp(join(tmpdir(), 'storage-contract-')));
    await server.#listen();
    return server;
  }

  get url(): string {
    return this.#standIn?.url ?? '';
  }

  /** Google's client, which tries once, so that a test sees the first answer. */
  client(): Storage {
    return new Storage({
      apiEndpoint: this.url,
      projectId: 'local',
      retryOptions: { autoRetry: false, maxRetries: 0 },
    });
  }

  /** A new bucket that no other test uses. */
  async bucket(settings: Record<string, unknown> = {}): Promise<Bucket> {
    this.#bucketCount += 1;
    const [bucket] = await this.client().createBucket(`bucket-${this.#bucketCount}`, settings);
    return bucket;
  }

  /** A plain request, for what the client cannot say. */
  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`${this.url}${path}`, init);
  }

  /** Ends the stand-in and starts it on the same directory. The URL changes. */
  async restart(): Promise<void> {
    await this.#standIn?.close();
    await this.#listen();
  }

  async stop(): Promise<void> {
    await this.#standIn?.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async #listen(): Promise<void> {
    this.#standIn = await startStorage({
      port: 0,
      dataDir: this.dataDir,
      tokens: this.tokens,
      notificationRetryDelayMs: 5,
      warn: (message) => this.warnings.push(message),
      publish: (topic, { attributes, data }) =>
        new Promise((resolve) => {
          this.beforePublish(topic);
          this.published.push({ topic, attributes, data: data.toString() });
          resolve();
        }),
    });
  }
}

/** The generation that the client last saw of a file. */
export function generationOf(file: File): string {
  return String(file.metadata.generation);
}

/** The bytes of a download as text. */
export async function textOf(file: File): Promise<string> {
  const [content] = await file.download();
  return content.toString();
}

/** The reason word and the status of a refused request. */
export async function refusalOf(request: Promise<unknown>): Promise<{ status: number; reason: string }> {
  try {
    await request;
  } catch (error) {
    const { code, errors } = error as { code: number; errors?: { reason?: string }[] };
    return { status: code, reason: errors?.[0]?.reason ?? '' };
  }
  throw new Error('The request was not refused.');
}
