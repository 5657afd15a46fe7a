import { Agent } from 'undici';
import { makeFixedAuthorization, type Authorization } from '../adapters/authorization.ts';
import { withAuthorization } from '../adapters/authorized-http.ts';
import { makeDicomwebStore } from '../adapters/dicomweb-store.ts';
import { makeGcsDocumentStorage } from '../adapters/gcs-document-storage.ts';
import { makeGcsObjectStorage } from '../adapters/gcs-object-storage.ts';
import { makeGoogleAuthorization } from '../adapters/google-authorization.ts';
import { makeHttp, type Http } from '../adapters/http.ts';
import { makeJsonLogger } from '../adapters/json-logger.ts';
import { makeMetadataAuthorization, METADATA_HOST } from '../adapters/metadata-authorization.ts';
import { crc32c } from '../adapters/node-crc32c.ts';
import { makePubsubReportPublisher, PUBSUB_ENDPOINT } from '../adapters/pubsub-report-publisher.ts';
import { STORAGE_ENDPOINT } from '../adapters/storage-requests.ts';
import { systemClock, systemRandom } from '../adapters/system-clock.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { DicomStore } from '../ports/dicom-store.ts';
import type { ObjectStorage } from '../ports/object-storage.ts';
import { DEFAULT_LANE_SETTINGS } from '../retry/lane.ts';
import { parseRetryPolicy } from '../retry/policy.ts';
import { makeAttempts } from '../usecases/attempts.ts';
import { makeLanes } from '../usecases/lanes.ts';
import {
  keepObject,
  makeArchiveObject,
  makeDeleteObject,
  type AfterStore,
} from '../usecases/ingest/after-store.ts';
import { makeIngestObject } from '../usecases/ingest/ingest-object.ts';
import { makeQuarantine } from '../usecases/ingest/quarantine.ts';
import { makeSeriesRecords } from '../usecases/ingest/series-records.ts';
import { isHealthcareStore, parseIngestConfiguration, type IngestConfiguration } from './configuration.ts';
import type { EventHandler } from './deliver.ts';
import { makeIngest } from './ingest.ts';

/** Left between the end of the work and the end of the platform's patience, to answer in. */
const MARGIN_MS = 15_000;

/** Longer than a gap between two deliveries, shorter than the servers keep an idle connection. */
const KEEP_ALIVE_MS = 55_000;

/** More than any concurrency that is sensible for one instance; a bound, not an aim. */
const MOST_CONNECTIONS_PER_ORIGIN = 128;

/** Time, dice and output: what a test wants to decide or to see. */
export interface Effects {
  readonly clock: Clock;
  readonly random: Random;
  /** @param line ends with a line feed. */
  readonly writeLog: (line: string) => void;
}

const SYSTEM: Effects = {
  clock: systemClock,
  random: systemRandom,
  writeLog: (line) => process.stdout.write(line),
};

/**
 * Builds the `ingest` handler from the environment. Opens no connection and reads no credentials yet.
 *
 * @throws InvalidConfigurationError
 */
export function wireIngest(
  environment: Readonly<Record<string, string | undefined>>,
  { clock, random, writeLog }: Effects = SYSTEM,
): EventHandler {
  const config = parseIngestConfiguration(environment);
  const logger = makeJsonLogger(writeLog, { function: 'ingest' });
  const http = makeHttp({
    dispatcher: new Agent({ connections: MOST_CONNECTIONS_PER_ORIGIN, keepAliveTimeout: KEEP_ALIVE_MS }),
    clock,
    idleTimeoutMs: config.IDLE_TIMEOUT,
    answerTimeoutMs: config.ANSWER_TIMEOUT,
  });
  const google = withAuthorization(http, wireGoogleAuthorization(config, http, clock));
  const storageEndpoint = trimSlash(config.STORAGE_EMULATOR_HOST ?? STORAGE_ENDPOINT);
  const storage = makeGcsObjectStorage(google, storageEndpoint);
  const state = makeGcsDocumentStorage(google, storageEndpoint, config.STATE_BUCKET);
  const publisher = makePubsubReportPublisher(google, pubsubEndpoint(config), resultsTopic(config));
  const attempts = makeAttempts(clock, random, parseRetryPolicy({ budgetMs: config.RETRY_BUDGET }));
  const lanes = makeLanes(
    { ...DEFAULT_LANE_SETTINGS, ceilingPerSecond: config.MAX_STORE_REQUESTS_PER_SECOND },
    clock,
  );
  const timeLimitMs = Math.max(1000, Math.min(config.FUNCTION_TIMEOUT, config.ACK_DEADLINE) - MARGIN_MS);
  const ingestObject = makeIngestObject({
    storage,
    store: wireStore(config, http, google),
    storeLane: lanes.store,
    retrieveLane: lanes.retrieve,
    records: makeSeriesRecords(state, clock),
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
    verify: config.VERIFY ?? (isHealthcareStore(config.DICOM_STORE) ? 'conflicts' : 'always'),
  });
  return makeIngest({
    ingestObject,
    publisher,
    attempts,
    clock,
    logger,
    projectId: config.PROJECT_ID,
    filter: {
      bucket: config.INBOX_BUCKET,
      prefix: config.INBOX_PREFIX,
      ignorePattern: config.IGNORE_PATTERN,
    },
    timeLimitMs,
  });
}

/**
 * On Google Cloud the metadata server has the tokens; elsewhere, and where a key or a federation is named, the auth
 * library finds them.
 */
function wireGoogleAuthorization(config: IngestConfiguration, http: Http, clock: Clock): Authorization {
  const isOnGoogleCloud = config.K_SERVICE !== undefined || config.GCE_METADATA_HOST !== undefined;
  if (!isOnGoogleCloud || config.GOOGLE_APPLICATION_CREDENTIALS !== undefined) {
    return makeGoogleAuthorization(config.PROJECT_ID);
  }
  return makeMetadataAuthorization(http, config.GCE_METADATA_HOST ?? METADATA_HOST, clock);
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

function wireStore(config: IngestConfiguration, http: Http, google: Http): DicomStore {
  const { DICOM_STORE: name, HEALTHCARE_ENDPOINT: endpoint, STORE_ENCODING: encoding } = config;
  if (isHealthcareStore(name)) {
    return makeDicomwebStore({
      http: google,
      root: `${trimSlash(endpoint)}/v1/${name}/dicomWeb`,
      encoding: encoding ?? 'single',
    });
  }
  // Another server's: it must never be shown a Google token.
  return makeDicomwebStore({
    http: withAuthorization(http, makeFixedAuthorization(config.DICOM_STORE_AUTHORIZATION)),
    root: trimSlash(name),
    encoding: encoding ?? 'multipart',
  });
}

function pubsubEndpoint({ PUBSUB_EMULATOR_HOST: host }: IngestConfiguration): string {
  return host === undefined ? PUBSUB_ENDPOINT : `http://${host}`;
}

/** A topic's name is enough within the project. */
function resultsTopic({ RESULTS_TOPIC: topic, PROJECT_ID: project }: IngestConfiguration): string {
  return topic.startsWith('projects/') ? topic : `projects/${project}/topics/${topic}`;
}

function trimSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
