import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GoogleError } from '../http/google-error.ts';
import type { BodyStore } from './body-store.ts';
import type { BodyWriter } from './body-writer.ts';
import type { Catalog } from './catalog.ts';
import type { ObjectRecord } from './records.ts';
import type { UploadRequest } from './upload-request.ts';

const LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;
const MOST_COMPLETED_SESSIONS = 10_000;

/** What a session is from its first request on. */
export interface SessionPlan extends UploadRequest {
  readonly id: string;
  readonly bodyId: string;
  readonly createdAtMs: number;
  /** From `X-Upload-Content-Length`. */
  readonly sizeBytes?: number;
}

/** One resumable upload. At most one request at a time writes to it. */
export class ResumableSession {
  readonly plan: SessionPlan;
  /** The object that the upload has become. */
  completed: ObjectRecord | undefined;
  readonly #bodies: BodyStore;
  #writer: Promise<BodyWriter> | undefined;
  #holder: { readonly giveUp: () => void; readonly done: Promise<void> } | undefined;

  constructor(plan: SessionPlan, bodies: BodyStore, completed?: ObjectRecord) {
    this.plan = plan;
    this.#bodies = bodies;
    this.completed = completed;
  }

  /**
   * Runs `task` as the session's only writer.
   *
   * A client that comes again has given its earlier request up, even where the server has not noticed that its
   * connection is gone. So the newest request wins: the one before it is told to give up, and waited for.
   */
  async exclusively(giveUp: () => void, task: () => Promise<void> | void): Promise<void> {
    for (let holder = this.#holder; holder !== undefined; holder = this.#holder) {
      holder.giveUp();
      await holder.done;
    }
    const done = Promise.withResolvers<undefined>();
    this.#holder = { giveUp, done: done.promise };
    try {
      await task();
    } finally {
      this.#holder = undefined;
      done.resolve(undefined);
    }
  }

  /** The body so far. After a restart of the process it is taken from the disk. */
  writer(): Promise<BodyWriter> {
    this.#writer ??= this.#bodies.resume(this.plan.bodyId).catch((error: unknown) => {
      this.#writer = undefined;
      throw error;
    });
    return this.#writer;
  }
}

/** All resumable uploads, kept for a week as Google keeps them, across restarts of the process. */
export class ResumableSessions {
  readonly #sessions = new Map<string, ResumableSession>();
  readonly #completed = new Set<string>();
  readonly #directory: string;
  readonly #bodies: BodyStore;
  readonly #now: () => number;

  constructor(directory: string, bodies: BodyStore, now: () => number) {
    this.#directory = directory;
    this.#bodies = bodies;
    this.#now = now;
    mkdirSync(directory, { recursive: true });
  }

  /** Takes up the sessions of earlier runs. One whose body has become an object is completed. */
  load(catalog: Catalog, bodyIds: ReadonlySet<string>): void {
    const owners = new Map<string, ObjectRecord>();
    for (const record of catalog.objects()) owners.set(record.bodyId, record);
    for (const file of readdirSync(this.#directory)) {
      const plan = JSON.parse(readFileSync(join(this.#directory, file), 'utf8')) as SessionPlan;
      const completed = owners.get(plan.bodyId);
      this.#sessions.set(plan.id, new ResumableSession(plan, this.#bodies, completed));
      if (!bodyIds.has(plan.bodyId) || this.#isExpired(plan)) this.#drop(plan.id);
      else if (completed !== undefined) this.#completed.add(plan.id);
    }
  }

  /** The session is on disk, with an empty body, when this resolves. */
  async begin(upload: UploadRequest, sizeBytes: number | undefined): Promise<ResumableSession> {
    const plan: SessionPlan = {
      ...upload,
      id: randomBytes(24).toString('base64url'),
      bodyId: this.#bodies.newId(),
      createdAtMs: this.#now(),
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
    };
    await (await this.#bodies.create(plan.bodyId)).suspend();
    writeFileSync(this.#path(plan.id), JSON.stringify(plan));
    const session = new ResumableSession(plan, this.#bodies);
    this.#sessions.set(plan.id, session);
    return session;
  }

  /** @throws GoogleError 404 when there is none, or none any more. */
  find(id: string): ResumableSession {
    const session = this.#sessions.get(id);
    if (session !== undefined && !this.#isExpired(session.plan)) return session;
    throw new GoogleError(404, 'The upload session does not exist, has expired or was cancelled.');
  }

  /** Remembers what became of the upload, for a client that has missed the answer. */
  complete({ plan }: ResumableSession): void {
    this.#completed.add(plan.id);
    const [oldest] = this.#completed;
    if (this.#completed.size > MOST_COMPLETED_SESSIONS && oldest !== undefined) this.#drop(oldest);
  }

  /** Ends a session that has become no object; its bytes are removed. */
  discard({ plan }: ResumableSession): void {
    this.#drop(plan.id);
    this.#bodies.remove(plan.bodyId);
  }

  /** Bodies that belong to uploads under way. */
  *bodyIds(): Iterable<string> {
    for (const { plan } of this.#sessions.values()) yield plan.bodyId;
  }

  #isExpired({ createdAtMs }: SessionPlan): boolean {
    return this.#now() - createdAtMs > LIFETIME_MS;
  }

  #drop(id: string): void {
    this.#sessions.delete(id);
    this.#completed.delete(id);
    rmSync(this.#path(id), { force: true });
  }

  #path(id: string): string {
    return join(this.#directory, `${id}.json`);
  }
}
