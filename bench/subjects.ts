import { RUNTIME_ENVIRONMENT } from '../emulator/src/stack/functions/runtime-environment.ts';
import type { Bundles } from './bundles.ts';
import type { PeersReady } from './peers/messages.ts';
import { DICOM_STORE, INBOX, RECORDS, STATE } from './peers/names.ts';

/** A function that can be measured. */
export interface Subject {
  readonly name: string;
  readonly modulePath: string;
  /** The name it registers with the framework. */
  readonly target: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What Google's libraries need to find their credentials at the peers and nowhere else. */
function credentials({ metadataHost }: PeersReady): Record<string, string> {
  return {
    GCE_METADATA_HOST: metadataHost,
    METADATA_SERVER_DETECTION: 'assume-present',
    CLOUDSDK_CONFIG: '/nonexistent/gcloud',
  };
}

/** The worker's ingest function, as it is deployed. */
export function worker(bundles: Bundles, peers: PeersReady): Subject {
  return {
    name: 'worker',
    modulePath: bundles.worker,
    target: 'ingest',
    environment: {
      ...credentials(peers),
      ...RUNTIME_ENVIRONMENT,
      PROJECT_ID: 'bench',
      DICOM_STORE,
      INBOX_BUCKET: INBOX,
      QUARANTINE_BUCKET: 'quarantine',
      STATE_BUCKET: STATE,
      RESULTS_TOPIC: 'results',
      STORAGE_EMULATOR_HOST: peers.storageUrl,
      PUBSUB_EMULATOR_HOST: peers.pubsubHost,
      HEALTHCARE_ENDPOINT: peers.storeUrl,
    },
  };
}

/** The worker's export function, as it is deployed. */
export function exporter(
  bundles: Bundles,
  peers: PeersReady,
  retrieveBy: 'auto' | 'instance' | 'series',
  concurrency: number,
): Subject {
  return {
    name: `export by ${retrieveBy}`,
    modulePath: bundles.worker,
    target: 'export',
    environment: {
      ...credentials(peers),
      ...RUNTIME_ENVIRONMENT,
      PROJECT_ID: 'bench',
      DICOM_STORE,
      STATE_BUCKET: STATE,
      RECORDS_BUCKET: RECORDS,
      RESULTS_TOPIC: 'results',
      EXPORT_TOPIC: 'export',
      EXPORT_DESTINATIONS: 'gs://exports/',
      EXPORT_CONCURRENCY: String(concurrency),
      RETRIEVE_BY: retrieveBy,
      STORAGE_EMULATOR_HOST: peers.storageUrl,
      PUBSUB_EMULATOR_HOST: peers.pubsubHost,
      HEALTHCARE_ENDPOINT: peers.storeUrl,
    },
  };
}

/** The worker's delete function as it is deployed, but for the time it works at a call: a plan is made in one. */
export function deleter(bundles: Bundles, peers: PeersReady): Subject {
  return {
    name: 'delete',
    modulePath: bundles.worker,
    target: 'delete',
    environment: {
      ...credentials(peers),
      ...RUNTIME_ENVIRONMENT,
      PROJECT_ID: 'bench',
      DICOM_STORE,
      STATE_BUCKET: STATE,
      RECORDS_BUCKET: RECORDS,
      RESULTS_TOPIC: 'results',
      ADVANCE_BUDGET: '500s',
      STORAGE_EMULATOR_HOST: peers.storageUrl,
      PUBSUB_EMULATOR_HOST: peers.pubsubHost,
      HEALTHCARE_ENDPOINT: peers.storeUrl,
    },
  };
}

/** A function that only gets and posts. */
export function bare(bundles: Bundles, peers: PeersReady): Subject {
  return { name: 'bare', modulePath: bundles.bare, target: 'bare', environment: baselineEnvironment(peers) };
}

/** The function that one would write after Google's samples. */
export function samples(bundles: Bundles, peers: PeersReady): Subject {
  return {
    name: 'samples',
    modulePath: bundles.samples,
    target: 'samples',
    environment: { ...credentials(peers), ...baselineEnvironment(peers) },
  };
}

/** A function that tries again by plain p-retry, so many objects at a time. */
export function fixedConcurrency(bundles: Bundles, peers: PeersReady): Subject {
  return {
    name: 'fixed',
    modulePath: bundles.fixedConcurrency,
    target: 'fixed-concurrency',
    environment: baselineEnvironment(peers),
  };
}

/** A function that does nothing. */
export function helloWorld(bundles: Bundles): Subject {
  return { name: 'hello-world', modulePath: bundles.helloWorld, target: 'hello-world', environment: {} };
}

function baselineEnvironment({ storageUrl, storeUrl }: PeersReady): Record<string, string> {
  return {
    BENCH_STORAGE_URL: storageUrl,
    BENCH_STUDIES_URL: `${storeUrl}/v1/${DICOM_STORE}/dicomWeb/studies`,
  };
}
