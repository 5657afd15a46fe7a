import './one-realm.ts';
import type { IncomingObject, ObjectRef } from '../../src/domain/object-ref.ts';
import type { IngestReport } from '../../src/domain/report.ts';
import type { EventHandler } from '../../src/functions/deliver.ts';
import { makeIngest } from '../../src/functions/ingest.ts';
import type { ObjectStorage } from '../../src/ports/object-storage.ts';
import { DEFAULT_RETRY_POLICY } from '../../src/retry/policy.ts';
import { makeAttempts } from '../../src/usecases/attempts.ts';
import {
  keepObject,
  makeArchiveObject,
  makeDeleteObject,
  type AfterStore,
} from '../../src/usecases/ingest/after-store.ts';
import type { CarryDependencies } from '../../src/usecases/ingest/carry-dependencies.ts';
import { makeIngestObject } from '../../src/usecases/ingest/ingest-object.ts';
import { makeQuarantine } from '../../src/usecases/ingest/quarantine.ts';
import { makeObjectRef } from './factories.ts';
import type { StoredObject } from './in-memory-object-storage.ts';
import { makeIngestProcess, makeIngestSurroundings } from './ingest-setup.ts';
import { PortGate, type KillPoint } from './port-gate.ts';
import { statusOf } from './push.ts';
import { recordingLogger, type RecordingLogger } from './recording-logger.ts';
import { RecordingPublisher } from './recording-publisher.ts';

export interface IngestWorldOptions {
  readonly changes?: Partial<CarryDependencies>;
  /** What becomes of an object that is stored. @default 'keep' */
  readonly afterStore?: 'keep' | 'delete' | 'archive';
}

/** The ingest function with nothing but memory around it: buckets, a store, a topic and a clock. */
export class IngestWorld {
  readonly publisher = new RecordingPublisher();
  readonly logger: RecordingLogger = recordingLogger();
  /** Effects of the last delivery. */
  lastEffects = 0;
  readonly #surroundings = makeIngestSurroundings();
  readonly #options: IngestWorldOptions;
  readonly clock = this.#surroundings.clock;
  readonly storage = this.#surroundings.storage;
  readonly store = this.#surroundings.store;
  readonly state = this.#surroundings.state;

  constructor(options: IngestWorldOptions = {}) {
    this.#options = options;
  }

  get reports(): readonly IngestReport[] {
    return this.publisher.reports.filter((report) => report.kind === 'ingest');
  }

  /** Puts an object into the inbox, now. */
  drop(stored: StoredObject, changes: Partial<ObjectRef> = {}): IncomingObject {
    const object = makeObjectRef(changes);
    this.storage.put(object, stored);
    return { ...object, finalizedAtMs: this.clock.now() };
  }

  /**
   * Delivers the event of an object to a process of its own.
   *
   * @returns the status that the platform is answered with: 204 acknowledges.
   */
  async deliver(
    { bucket, name, generation, finalizedAtMs }: IncomingObject,
    kill?: KillPoint,
  ): Promise<number> {
    const gate = new PortGate(kill);
    const attributes = {
      bucketId: bucket,
      objectId: name,
      objectGeneration: generation,
      eventType: 'OBJECT_FINALIZE',
      ...(finalizedAtMs === undefined ? {} : { eventTime: new Date(finalizedAtMs).toISOString() }),
    };
    const body = { message: { messageId: '1', attributes } };
    const status = await statusOf(this.#process(gate), { headers: {}, body });
    this.lastEffects = gate.effects;
    // Whoever has been killed answers nobody.
    return gate.isDead ? 500 : status;
  }

  #process(gate: PortGate): EventHandler {
    const { clock, logger } = this;
    const storage = gate.guard(this.storage);
    const publisher = gate.guard(this.publisher);
    const ports = { storage, store: gate.guard(this.store), state: gate.guard(this.state) };
    const { lanes, deps } = makeIngestProcess({ clock, ...ports }, this.#options.changes);
    const attempts = makeAttempts(clock, () => 0.5, DEFAULT_RETRY_POLICY);
    const ingestObject = makeIngestObject({
      ...deps,
      publisher,
      storeLane: lanes.store,
      quarantine: makeQuarantine(storage, 'quarantine', clock),
      afterStore: makeAfterStore(this.#options.afterStore, storage),
      attempts,
      clock,
    });
    const filter = { bucket: 'inbox', prefix: '', ignorePattern: undefined };
    return makeIngest({
      ingestObject,
      publisher,
      attempts,
      clock,
      logger,
      projectId: 'p',
      filter,
      timeLimitMs: 60_000,
    });
  }
}

function makeAfterStore(what: IngestWorldOptions['afterStore'], storage: ObjectStorage): AfterStore {
  if (what === 'delete') return makeDeleteObject(storage);
  return what === 'archive' ? makeArchiveObject(storage, 'archive') : keepObject;
}
