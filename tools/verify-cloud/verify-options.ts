import { isLoopback } from '../cloud/healthcare-client.ts';
import {
  durationOf,
  endpointsOf,
  readLocalStack,
  readValues,
  requireTexts,
  textOf,
} from '../cloud/read-options.ts';
import type { VerifyOptions } from './verify-world.ts';

export const HELP = `Tries what dicom-courier assumes of Google's services without a document that says so, and
prints for each assumption whether it holds and what was observed; then the same for each row of the DICOMweb contract
suites, which the stand-in is held to. docs/conformance.md says where each comes from.

Usage: npm run verify:cloud -- --project P --location L --dataset D --bucket B [OPTIONS]
       npm run verify:cloud -- --local default|FILE

  --project P        the project
  --location L       the location of the dataset
  --dataset D        a dataset, in which a DICOM store is made and removed again
  --bucket B         a bucket, in which objects under a prefix are made and removed again
  --search-lag TIME  how long searches may list what is gone   (30s)
  --timeout TIME     how long an operation may take            (15m)
  --no-suites        not the DICOMweb contract suites, which make DICOM stores of their own
  --json             JSON lines: id, claim, verdict, observed
  --local default    the stack of \`npm start\` on its usual ports
  --local FILE       the stack whose first line of \`npm start -- --json\` is in FILE
  --help             this text

STORAGE_EMULATOR_HOST and HEALTHCARE_ENDPOINT are followed. Credentials are the Application Default Credentials; they
need to administer DICOM stores, read operations on the dataset, and write the bucket. Nothing that was there before is touched.

Exit codes: 0 no assumption was found not to hold; 1 one was, or something was left behind; 2 wrong options.
`;

const OPTIONS = {
  project: { type: 'string' },
  location: { type: 'string' },
  dataset: { type: 'string' },
  bucket: { type: 'string' },
  'search-lag': { type: 'string' },
  timeout: { type: 'string' },
  'no-suites': { type: 'boolean' },
  json: { type: 'boolean' },
  local: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const POLL_MS = 5000;
const LOCAL_POLL_MS = 50;

/** @throws UsageError */
export function parseVerifyOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): (VerifyOptions & { readonly isJson: boolean; readonly withSuites: boolean }) | 'help' {
  const values = readValues(args, OPTIONS);
  if (values['help'] === true) return 'help';
  const stack = readLocalStack(values);
  const [, project, , location, , dataset] = stack?.dicomStore.split('/') ?? [];
  const names = requireTexts({
    project: textOf(values, 'project') ?? project,
    location: textOf(values, 'location') ?? location,
    dataset: textOf(values, 'dataset') ?? dataset,
    bucket: textOf(values, 'bucket') ?? stack?.buckets.exports,
  });
  const endpoints = endpointsOf(stack, env);
  return {
    project: names.project,
    dataset: `projects/${names.project}/locations/${names.location}/datasets/${names.dataset}`,
    bucket: names.bucket,
    searchLagMs: durationOf(values, 'search-lag', '30s'),
    pollMs: isLoopback(endpoints.healthcare) ? LOCAL_POLL_MS : POLL_MS,
    timeoutMs: durationOf(values, 'timeout', '15m'),
    endpoints,
    isJson: values['json'] === true,
    withSuites: values['no-suites'] !== true,
  };
}
