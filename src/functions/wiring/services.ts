import { Agent } from 'undici';
import { makeFixedAuthorization, type Authorization } from '../../adapters/authorization.ts';
import { withAuthorization } from '../../adapters/authorized-http.ts';
import {
  makeGcsDocumentStorage,
  makeVersionedGcsDocumentStorage,
} from '../../adapters/gcs-document-storage.ts';
import { makeGoogleAuthorization } from '../../adapters/google-authorization.ts';
import { makeHttp, type Http } from '../../adapters/http.ts';
import { makeJsonLogger } from '../../adapters/json-logger.ts';
import { makeMetadataAuthorization, METADATA_HOST } from '../../adapters/metadata-authorization.ts';
import { makePubsubMessagePublisher } from '../../adapters/pubsub-message-publisher.ts';
import { makePubsubReportPublisher, PUBSUB_ENDPOINT } from '../../adapters/pubsub-report-publisher.ts';
import { STORAGE_ENDPOINT } from '../../adapters/storage-requests.ts';
import { makeTraceContext } from '../../adapters/trace-context.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStorage, VersionedDocumentStorage } from '../../ports/document-storage.ts';
import type { MessagePublisher } from '../../ports/message-publisher.ts';
import type { ReportPublisher } from '../../ports/report-publisher.ts';
import { DEFAULT_LANE_SETTINGS } from '../../retry/lane.ts';
import { parseRetryPolicy } from '../../retry/policy.ts';
import { makeAttempts, type Attempts } from '../../usecases/attempts.ts';
import { makeLanes, type Lanes } from '../../usecases/lanes.ts';
import { isHealthcareStore, type CommonConfiguration } from '../configuration/common-variables.ts';
import type { DeliveryDependencies } from '../deliver.ts';
import { nextTraceparent } from '../trace.ts';
import type { Effects } from './effects.ts';

/** Left between the end of the work and the end of the platform's patience, to answer in. */
const MARGIN_MS = 15_000;

/** Longer than a gap between two deliveries, shorter than the servers keep an idle connection. */
const KEEP_ALIVE_MS = 55_000;

/** More than any concurrency that is sensible for one instance; a bound, not an aim. */
const MOST_CONNECTIONS_PER_ORIGIN = 128;

/** How the DICOM store is reached: what the adapters for storing, searching and deleting are made from. */
export interface DicomwebServer {
  /** Shows the store the credentials that are meant for it, and no others. */
  readonly http: Http;
  /** Without a slash at the end, e.g. `https://host/dicom-web`. */
  readonly root: string;
  /** Whether it is the Cloud Healthcare API, rather than another DICOMweb server. */
  readonly isHealthcare: boolean;
  /** Where its long-running operations are found; null for a server that has none. */
  readonly operations: { readonly endpoint: string; readonly dataset: string } | null;
}

/** What all functions are made of: one of each for the process. */
export interface Services {
  /** What a handler needs to answer the platform, the clock, the logger and the time limit among it. */
  readonly delivery: DeliveryDependencies;
  /** Cloud Storage, by its JSON API: requests that carry the function's own token, and where to. */
  readonly cloudStorage: { readonly http: Http; readonly endpoint: string };
  readonly dicomweb: DicomwebServer;
  /** In a bucket where the function may create, and need not replace. */
  readonly documents: (bucket: string) => DocumentStorage;
  readonly versionedDocuments: (bucket: string) => VersionedDocumentStorage;
  readonly publisher: ReportPublisher;
  /** Messages to the function itself. */
  readonly messages: (topic: string) => MessagePublisher;
  readonly attempts: Attempts;
  readonly lanes: Lanes;
}

/** Makes what all functions are made of. Opens no connection and reads no credentials yet. */
export function wireServices(
  config: CommonConfiguration,
  functionName: string,
  { clock, random, writeLog }: Effects,
): Services {
  const http = makeHttp({
    dispatcher: new Agent({ connections: MOST_CONNECTIONS_PER_ORIGIN, keepAliveTimeout: KEEP_ALIVE_MS }),
    clock,
    idleTimeoutMs: config.IDLE_TIMEOUT,
    answerTimeoutMs: config.ANSWER_TIMEOUT,
  });
  const trace = makeTraceContext();
  const traced = trace.apply(http);
  // Tokens are fetched for all deliveries together, and belong to no one's trace.
  const google = withAuthorization(traced, wireGoogleAuthorization(config, http, clock));
  const storageEndpoint = trimSlash(config.STORAGE_EMULATOR_HOST ?? STORAGE_ENDPOINT);
  return {
    delivery: {
      clock,
      logger: makeJsonLogger(writeLog, { function: functionName }),
      projectId: config.PROJECT_ID,
      timeLimitMs: Math.max(1000, Math.min(config.FUNCTION_TIMEOUT, config.ACK_DEADLINE) - MARGIN_MS),
      inTrace: (headers, work) => trace.run(nextTraceparent(headers, random), work),
    },
    cloudStorage: { http: google, endpoint: storageEndpoint },
    dicomweb: wireDicomweb(config, traced, google),
    documents: (bucket) => makeGcsDocumentStorage(google, storageEndpoint, bucket),
    versionedDocuments: (bucket) => makeVersionedGcsDocumentStorage(google, storageEndpoint, bucket),
    publisher: makePubsubReportPublisher(
      google,
      pubsubEndpoint(config),
      topicName(config.RESULTS_TOPIC, config),
    ),
    messages: (topic) => makePubsubMessagePublisher(google, pubsubEndpoint(config), topicName(topic, config)),
    attempts: makeAttempts(clock, random, parseRetryPolicy({ budgetMs: config.RETRY_BUDGET })),
    lanes: makeLanes(
      { ...DEFAULT_LANE_SETTINGS, ceilingPerSecond: config.MAX_STORE_REQUESTS_PER_SECOND },
      clock,
    ),
  };
}

/**
 * On Google Cloud the metadata server has the tokens; elsewhere, and where a key or a federation is named, the auth
 * library finds them.
 */
function wireGoogleAuthorization(config: CommonConfiguration, http: Http, clock: Clock): Authorization {
  const isOnGoogleCloud = config.K_SERVICE !== undefined || config.GCE_METADATA_HOST !== undefined;
  if (!isOnGoogleCloud || config.GOOGLE_APPLICATION_CREDENTIALS !== undefined) {
    return makeGoogleAuthorization(config.PROJECT_ID);
  }
  return makeMetadataAuthorization(http, config.GCE_METADATA_HOST ?? METADATA_HOST, clock);
}

function wireDicomweb(config: CommonConfiguration, http: Http, google: Http): DicomwebServer {
  const { DICOM_STORE: name } = config;
  if (isHealthcareStore(name)) {
    const endpoint = trimSlash(config.HEALTHCARE_ENDPOINT);
    return {
      http: google,
      root: `${endpoint}/v1/${name}/dicomWeb`,
      isHealthcare: true,
      operations: { endpoint, dataset: name.replace(/\/dicomStores\/[^/]+$/, '') },
    };
  }
  // Another server's: it must never be shown a Google token.
  const authorization = makeFixedAuthorization(config.DICOM_STORE_AUTHORIZATION);
  return {
    http: withAuthorization(http, authorization),
    root: trimSlash(name),
    isHealthcare: false,
    operations: null,
  };
}

function pubsubEndpoint({ PUBSUB_EMULATOR_HOST: host }: CommonConfiguration): string {
  return host === undefined ? PUBSUB_ENDPOINT : `http://${host}`;
}

/** A topic's name is enough within the project. */
function topicName(topic: string, { PROJECT_ID: project }: CommonConfiguration): string {
  return topic.startsWith('projects/') ? topic : `projects/${project}/topics/${topic}`;
}

function trimSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
