import { makeDicomwebStore } from '../../adapters/dicomweb-store.ts';
import { makeGcsObjectStorage } from '../../adapters/gcs-object-storage.ts';
import { crc32c } from '../../adapters/node-crc32c.ts';
import type { ObjectStorage } from '../../ports/object-storage.ts';
import {
  keepObject,
  makeArchiveObject,
  makeDeleteObject,
  type AfterStore,
} from '../../usecases/ingest/after-store.ts';
import { makeIngestObject } from '../../usecases/ingest/ingest-object.ts';
import { makeQuarantine } from '../../usecases/ingest/quarantine.ts';
import { makeSeriesRecords } from '../../usecases/ingest/series-records.ts';
import type { Environment } from '../configuration/fields.ts';
import { parseIngestConfiguration, type IngestConfiguration } from '../configuration/ingest.ts';
import type { EventHandler } from '../deliver.ts';
import { makeIngest } from '../ingest.ts';
import { SYSTEM_EFFECTS, type Effects } from './effects.ts';
import { wireServices } from './services.ts';

/**
 * Builds the `ingest` handler from the environment. Opens no connection and reads no credentials yet.
 *
 * @throws InvalidConfigurationError
 */
export function wireIngest(environment: Environment, effects: Effects = SYSTEM_EFFECTS): EventHandler {
  const config = parseIngestConfiguration(environment);
  const services = wireServices(config, 'ingest', effects);
  const { delivery, cloudStorage, dicomweb, documents, publisher, attempts, lanes } = services;
  const { clock, timeLimitMs } = delivery;
  const storage = makeGcsObjectStorage(cloudStorage.http, cloudStorage.endpoint);
  const ingestObject = makeIngestObject({
    storage,
    store: makeDicomwebStore({
      http: dicomweb.http,
      root: dicomweb.root,
      encoding: config.STORE_ENCODING ?? (dicomweb.isHealthcare ? 'single' : 'multipart'),
    }),
    storeLane: lanes.store,
    retrieveLane: lanes.retrieve,
    records: makeSeriesRecords(documents(config.STATE_BUCKET), clock),
    publisher,
    quarantine: makeQuarantine(storage, config.QUARANTINE_BUCKET, clock),
    afterStore: wireAfterStore(config, storage),
    attempts,
    clock,
    crc32c,
    maxHeaderBytes: config.MAX_HEADER_BYTES,
    mostBytes: (config.MIN_THROUGHPUT * timeLimitMs) / 1000,
    noPreamble: config.NO_PREAMBLE,
    reingestAfterDelete: config.REINGEST_AFTER_DELETE,
    // Other servers may answer 200 and discard what they have already (Orthanc does).
    verify: config.VERIFY ?? (dicomweb.isHealthcare ? 'conflicts' : 'always'),
  });
  return makeIngest({
    ...delivery,
    ingestObject,
    publisher,
    attempts,
    filter: {
      bucket: config.INBOX_BUCKET,
      prefix: config.INBOX_PREFIX,
      ignorePattern: config.IGNORE_PATTERN,
    },
  });
}

function wireAfterStore(
  { AFTER_STORE, ARCHIVE_BUCKET = '' }: IngestConfiguration,
  storage: ObjectStorage,
): AfterStore {
  switch (AFTER_STORE) {
    case 'keep':
      return keepObject;
    case 'delete':
      return makeDeleteObject(storage);
    case 'archive':
      return makeArchiveObject(storage, ARCHIVE_BUCKET);
  }
}
