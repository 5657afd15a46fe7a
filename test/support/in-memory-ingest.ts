import './one-realm.ts';
import type { IngestReport } from '../../src/domain/report.ts';
import type { EventResponse } from '../../src/functions/deliver.ts';
import { makeIngest } from '../../src/functions/ingest.ts';
import { DEFAULT_RETRY_POLICY } from '../../src/retry/policy.ts';
import { makeAttempts } from '../../src/usecases/attempts.ts';
import { keepObject } from '../../src/usecases/ingest/after-store.ts';
import type { CarryDependencies } from '../../src/usecases/ingest/carry-dependencies.ts';
import { makeIngestObject } from '../../src/usecases/ingest/ingest-object.ts';
import { makeQuarantine } from '../../src/usecases/ingest/quarantine.ts';
import { makeObjectRef } from './factories.ts';
import type { StoredObject } from './in-memory-object-storage.ts';
import { setUpIngest } from './ingest-setup.ts';
import { recordingLogger } from './recording-logger.ts';
import { RecordingPublisher } from './recording-publisher.ts';

/** What one event has led to. */
export interface Handled {
  /** What the platform was answered. */
  readonly status: number;
  readonly reports: readonly IngestReport[];
  /** The bytes of each instance that is in the store now. */
  readonly stored: readonly Buffer[];
  /** The names of the copies that were made. */
  readonly copies: readonly string[];
  /** Bodies that were neither read to their end nor closed. */
  readonly openBodies: number;
}

/** Has the real handler, with nothing but memory around it, handle the event of one object. */
export async function handleInMemory(
  stored: StoredObject,
  changes: Partial<CarryDependencies> = {},
): Promise<Handled> {
  const { clock, storage, store, lanes, deps } = setUpIngest(changes);
  const publisher = new RecordingPublisher();
  const attempts = makeAttempts(clock, () => 0.5, DEFAULT_RETRY_POLICY);
  const quarantine = makeQuarantine(storage, 'quarantine', clock);
  const ingest = makeIngest({
    ingestObject: makeIngestObject({
      ...deps,
      publisher,
      storeLane: lanes.store,
      quarantine,
      afterStore: keepObject,
      attempts,
      clock,
    }),
    publisher,
    attempts,
    clock,
    logger: recordingLogger(),
    projectId: 'p',
    filter: { bucket: 'inbox', prefix: '', ignorePattern: undefined },
    timeLimitMs: 60_000,
  });
  const { bucket, name, generation } = makeObjectRef();
  storage.put({ bucket, name, generation }, stored);
  const attributes = {
    bucketId: bucket,
    objectId: name,
    objectGeneration: generation,
    eventType: 'OBJECT_FINALIZE',
  };
  const response = new StatusOnly();
  await ingest({ headers: {}, body: { message: { messageId: '1', attributes } } }, response);
  return {
    status: response.code,
    reports: publisher.reports.filter((report) => report.kind === 'ingest'),
    stored: store.paths.map((path) => bytesAt(store, path)),
    copies: [...storage.copies.keys()],
    openBodies: storage.openBodies + store.openBodies,
  };
}

function bytesAt(store: ReturnType<typeof setUpIngest>['store'], path: string): Buffer {
  const [, studyInstanceUid = '', , seriesInstanceUid = '', , sopInstanceUid = ''] = path.split('/');
  const bytes = store.bytesOf({ studyInstanceUid, seriesInstanceUid, sopInstanceUid });
  if (bytes === undefined) throw new Error(`The store has nothing at ${path}.`);
  return bytes;
}

class StatusOnly implements EventResponse {
  code = 0;

  status(code: number): this {
    this.code = code;
    return this;
  }

  end(): void {
    // The status says all there is to say.
  }
}
