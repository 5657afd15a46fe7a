/** What the local project holds, under the names that a deployment gives it. */
export const PROJECT = 'local';
const LOCATION = 'local';
export const DATASET = `projects/${PROJECT}/locations/${LOCATION}/datasets/imaging`;
export const DICOM_STORE = `${DATASET}/dicomStores/main`;

export const BUCKETS = {
  inbox: 'inbox',
  exports: 'exports',
  quarantine: 'quarantine',
  state: 'state',
  records: 'records',
} as const;

/** The topics that people publish to and read from. */
export const TOPICS = {
  export: 'dicom-export',
  delete: 'dicom-delete',
  results: 'dicom-results',
} as const;

/** Where the inbox bucket tells of new objects. */
export const INBOX_TOPIC = 'inbox-objects';

/** The stack's own subscription to the results, whose messages it prints and acknowledges. */
export const SCREEN_SUBSCRIPTION = 'dicom-results-screen';

export interface FunctionSpec {
  readonly name: string;
  /** The topic whose messages are pushed to it. */
  readonly topic: string;
  /** Also the name of its dead-letter topic and of that topic's subscription, with `-dead-letter` behind. */
  readonly subscription: string;
  readonly account: string;
  /** Requests that one instance works on at once, as deployed (`concurrency` in Terraform); others wait. */
  readonly concurrency: number;
  /** What it finds in its environment beside the addresses of the services. */
  readonly environment: Readonly<Record<string, string>>;
  /** What makes it handier on a developer's machine, where the shell does not set it otherwise. */
  readonly settings?: Readonly<Record<string, string>>;
}

const INGEST: FunctionSpec = {
  name: 'ingest',
  topic: INBOX_TOPIC,
  subscription: 'ingest',
  account: `ingest@${PROJECT}.iam.gserviceaccount.com`,
  concurrency: 8,
  environment: {
    PROJECT_ID: PROJECT,
    DICOM_STORE,
    INBOX_BUCKET: BUCKETS.inbox,
    QUARANTINE_BUCKET: BUCKETS.quarantine,
    STATE_BUCKET: BUCKETS.state,
    RESULTS_TOPIC: TOPICS.results,
  },
};

const EXPORT: FunctionSpec = {
  name: 'export',
  topic: TOPICS.export,
  subscription: 'export',
  account: `export@${PROJECT}.iam.gserviceaccount.com`,
  concurrency: 4,
  environment: {
    PROJECT_ID: PROJECT,
    DICOM_STORE,
    STATE_BUCKET: BUCKETS.state,
    RECORDS_BUCKET: BUCKETS.records,
    RESULTS_TOPIC: TOPICS.results,
    EXPORT_TOPIC: TOPICS.export,
    EXPORT_DESTINATIONS: `gs://${BUCKETS.exports}/`,
  },
};

const DELETE: FunctionSpec = {
  name: 'delete',
  topic: TOPICS.delete,
  subscription: 'delete',
  account: `delete@${PROJECT}.iam.gserviceaccount.com`,
  concurrency: 8,
  environment: {
    PROJECT_ID: PROJECT,
    DICOM_STORE,
    STATE_BUCKET: BUCKETS.state,
    RECORDS_BUCKET: BUCKETS.records,
    RESULTS_TOPIC: TOPICS.results,
  },
  // Nobody who tries it out wants to wait for a minute and a half.
  settings: { DELETE_DELAY: '1s', SEARCH_LAG: '5s' },
};

export const FUNCTIONS: readonly FunctionSpec[] = [INGEST, EXPORT, DELETE];

export const topicName = (topic: string): string => `projects/${PROJECT}/topics/${topic}`;
export const deadLetterOf = (subscription: string): string => `${subscription}-dead-letter`;
