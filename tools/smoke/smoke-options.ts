import {
  durationOf,
  endpointsOf,
  readLocalStack,
  readValues,
  requireTexts,
  textOf,
  type Endpoints,
} from '../cloud/read-options.ts';
import { UsageError } from '../cloud/usage-error.ts';

export interface SmokeOptions {
  readonly project: string;
  /** `projects/…/dicomStores/…`. */
  readonly dicomStore: string;
  readonly inboxBucket: string;
  /** Before the names of the objects that are uploaded, e.g. the function's INBOX_PREFIX. */
  readonly inboxPrefix: string;
  readonly exportsBucket: string;
  readonly topics: Readonly<Record<'export' | 'delete' | 'results', string>>;
  readonly imagesPerSeries: number;
  /** How long each step may wait for what the system does by itself. */
  readonly timeoutMs: number;
  readonly endpoints: Endpoints;
}

export const HELP = `Tries a running system from end to end: uploads a small synthetic study, waits until the reports
say that it is stored, retrieves it, exports it, compares both with what was uploaded, deletes the study and looks
whether it is gone. Takes away what it has made, also when a step fails, and says what it could not.

Usage: npm run smoke -- --project P --location L --dataset D --store S --inbox B --exports B [OPTIONS]
       npm run smoke -- --local default|FILE

  --project P          the project
  --location L         the location of the dataset
  --dataset D          the dataset
  --store S            the DICOM store
  --inbox B            the inbox bucket
  --inbox-prefix TEXT  what the names of objects there begin with
  --exports B          a bucket to which exports may go
  --export-topic T     commands to export                            (dicom-export)
  --delete-topic T     commands to delete                            (dicom-delete)
  --results-topic T    the reports; a temporary subscription is made (dicom-results)
  --images N           pictures in each of the three series, 1–99    (2)
  --timeout TIME       how long each step may wait, e.g. 90s         (15m)
  --local default      the stack of \`npm start\` on its usual ports
  --local FILE         the stack whose first line of \`npm start -- --json\` is in FILE
  --help               this text

The export is passed over where nothing is subscribed to the topic for exports, and the output says so.
STORAGE_EMULATOR_HOST, PUBSUB_EMULATOR_HOST and HEALTHCARE_ENDPOINT are followed. Credentials are the Application
Default Credentials; they need what a person needs who uploads, exports, deletes and reads, and pubsub.subscriptions.create.

Exit codes: 0 everything passed; 1 something did not, or something was left behind; 2 wrong options.
`;

const OPTIONS = {
  project: { type: 'string' },
  location: { type: 'string' },
  dataset: { type: 'string' },
  store: { type: 'string' },
  inbox: { type: 'string' },
  'inbox-prefix': { type: 'string' },
  exports: { type: 'string' },
  'export-topic': { type: 'string' },
  'delete-topic': { type: 'string' },
  'results-topic': { type: 'string' },
  images: { type: 'string' },
  timeout: { type: 'string' },
  local: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** @throws UsageError */
export function parseSmokeOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): SmokeOptions | 'help' {
  const values = readValues(args, OPTIONS);
  if (values['help'] === true) return 'help';
  const stack = readLocalStack(values);
  const [, project, , location, , dataset, , store] = stack?.dicomStore.split('/') ?? [];
  const names = requireTexts({
    project: textOf(values, 'project') ?? project,
    location: textOf(values, 'location') ?? location,
    dataset: textOf(values, 'dataset') ?? dataset,
    store: textOf(values, 'store') ?? store,
    inbox: textOf(values, 'inbox') ?? stack?.buckets.inbox,
    exports: textOf(values, 'exports') ?? stack?.buckets.exports,
  });
  return {
    project: names.project,
    dicomStore: `projects/${names.project}/locations/${names.location}/datasets/${names.dataset}/dicomStores/${names.store}`,
    inboxBucket: names.inbox,
    inboxPrefix: textOf(values, 'inbox-prefix') ?? '',
    exportsBucket: names.exports,
    topics: {
      export: textOf(values, 'export-topic') ?? stack?.topics.export ?? 'dicom-export',
      delete: textOf(values, 'delete-topic') ?? stack?.topics.delete ?? 'dicom-delete',
      results: textOf(values, 'results-topic') ?? stack?.topics.results ?? 'dicom-results',
    },
    imagesPerSeries: imagesOf(textOf(values, 'images') ?? '2'),
    timeoutMs: durationOf(values, 'timeout', '15m'),
    endpoints: endpointsOf(stack, env),
  };
}

function imagesOf(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new UsageError('--images takes a number from 1 to 99.');
  return Number(text);
}
