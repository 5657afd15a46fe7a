import * as v from 'valibot';
import { InvalidConfigurationError } from '../domain/errors.ts';
import { parseDuration } from './duration.ts';

/** What the `ingest` function needs to know. The table in the README describes each variable. */
export type IngestConfiguration = v.InferOutput<typeof ingestSchema>;

const STORE_NAME = /^projects\/[^/]+\/locations\/[^/]+\/datasets\/[^/]+\/dicomStores\/[^/]+$/;
const HEALTHCARE_ENDPOINT = 'https://healthcare.googleapis.com';

const duration = (fallback: string) =>
  v.pipe(
    v.optional(v.string(), fallback),
    v.transform(parseDuration),
    v.number('has to be a duration such as 500ms, 30s, 10m or 1h'),
    v.minValue(1, 'has to be longer than nothing'),
  );

const bytes = (fallback: number) =>
  v.pipe(
    v.optional(v.string(), String(fallback)),
    v.transform(Number),
    v.integer('has to be a number of bytes'),
    v.minValue(1024, 'has to be at least 1024'),
  );

const required = v.pipe(v.string('is missing'), v.nonEmpty('is empty'));

const isRegularExpression = (text: string): boolean => {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
};

const url = (text: string): boolean => URL.canParse(text) && /^https?:\/\//.test(text);

const ingestVariables = v.object({
  PROJECT_ID: required,
  DICOM_STORE: v.pipe(
    required,
    v.check(
      (value) => STORE_NAME.test(value) || url(value),
      'has to be projects/…/locations/…/datasets/…/dicomStores/… or the root URL of a DICOMweb server',
    ),
  ),
  DICOM_STORE_AUTHORIZATION: v.optional(v.string()),
  STORE_ENCODING: v.optional(v.picklist(['single', 'multipart'], 'has to be single or multipart')),
  INBOX_BUCKET: required,
  INBOX_PREFIX: v.optional(v.string(), ''),
  IGNORE_PATTERN: v.optional(
    v.pipe(
      v.string(),
      v.check(isRegularExpression, 'has to be a regular expression'),
      v.transform((text) => new RegExp(text, 'u')),
    ),
  ),
  QUARANTINE_BUCKET: required,
  STATE_BUCKET: required,
  ARCHIVE_BUCKET: v.optional(v.string()),
  AFTER_STORE: v.optional(
    v.picklist(['keep', 'delete', 'archive'], 'has to be keep, delete or archive'),
    'keep',
  ),
  CONFLICT: v.optional(v.picklist(['keep'], 'has to be keep'), 'keep'),
  NO_PREAMBLE: v.optional(v.picklist(['reject', 'supply'], 'has to be reject or supply'), 'reject'),
  REINGEST_AFTER_DELETE: v.optional(v.picklist(['refuse', 'allow'], 'has to be refuse or allow'), 'refuse'),
  VERIFY: v.optional(v.picklist(['conflicts', 'always'], 'has to be conflicts or always')),
  MIN_THROUGHPUT: bytes(10_000_000),
  RESULTS_TOPIC: required,
  MAX_HEADER_BYTES: bytes(4 * 1024 * 1024),
  MAX_STORE_REQUESTS_PER_SECOND: v.pipe(
    v.optional(v.string(), 'Infinity'),
    v.transform(Number),
    v.number('has to be a number of requests'),
    v.minValue(0.5, 'has to be at least 0.5'),
  ),
  RETRY_BUDGET: duration('30s'),
  IDLE_TIMEOUT: duration('60s'),
  ANSWER_TIMEOUT: duration('300s'),
  FUNCTION_TIMEOUT: duration('540s'),
  ACK_DEADLINE: duration('600s'),
  HEALTHCARE_ENDPOINT: v.pipe(v.optional(v.string(), HEALTHCARE_ENDPOINT), v.check(url, 'has to be a URL')),
  /** Set by Cloud Run in every service. */
  K_SERVICE: v.optional(v.string()),
  GCE_METADATA_HOST: v.optional(v.string()),
  GOOGLE_APPLICATION_CREDENTIALS: v.optional(v.string()),
  STORAGE_EMULATOR_HOST: v.optional(
    v.pipe(v.string(), v.check(url, 'has to be a URL, e.g. http://127.0.0.1:4443')),
  ),
  PUBSUB_EMULATOR_HOST: v.optional(v.string()),
});

const ingestSchema = v.pipe(
  ingestVariables,
  v.forward(
    v.partialCheck(
      [['AFTER_STORE'], ['ARCHIVE_BUCKET']],
      ({ AFTER_STORE, ARCHIVE_BUCKET }) => AFTER_STORE !== 'archive' || ARCHIVE_BUCKET !== undefined,
      'is missing, and AFTER_STORE is archive',
    ),
    ['ARCHIVE_BUCKET'],
  ),
  v.forward(
    v.partialCheck(
      [['INBOX_BUCKET'], ['ARCHIVE_BUCKET']],
      ({ INBOX_BUCKET, ARCHIVE_BUCKET }) => INBOX_BUCKET !== ARCHIVE_BUCKET,
      'has to be another bucket than INBOX_BUCKET',
    ),
    ['ARCHIVE_BUCKET'],
  ),
);

/**
 * Reads the configuration of `ingest`.
 *
 * @throws InvalidConfigurationError that names every problem at once.
 */
export function parseIngestConfiguration(
  environment: Readonly<Record<string, string | undefined>>,
): IngestConfiguration {
  const { GOOGLE_CLOUD_PROJECT: platformProject } = environment;
  const result = v.safeParse(ingestSchema, { PROJECT_ID: platformProject, ...withoutEmpty(environment) });
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => {
    const isAbsent = issue.type === 'object';
    return `${v.getDotPath(issue) ?? 'environment'} ${isAbsent ? 'is missing' : issue.message}`;
  });
  throw new InvalidConfigurationError(`The environment of ingest is not right: ${problems.join('; ')}.`);
}

/** An empty variable is an absent one: deployment tools write one for the other. */
function withoutEmpty(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] => (entry[1] ?? '') !== '',
  );
  return Object.fromEntries(entries);
}

/** Whether the store is the Cloud Healthcare API's, rather than another DICOMweb server. */
export function isHealthcareStore(dicomStore: string): boolean {
  return STORE_NAME.test(dicomStore);
}
