import * as v from 'valibot';
import { commonVariables } from './common-variables.ts';
import { bytes, optionalText, regularExpression, required, type Environment } from './fields.ts';
import { parseConfiguration } from './parse-configuration.ts';

/** What the `ingest` function needs to know. The table in the README describes each variable. */
export type IngestConfiguration = v.InferOutput<typeof ingestSchema>;

const ingestVariables = v.object({
  ...commonVariables,
  STORE_ENCODING: v.optional(v.picklist(['single', 'multipart'], 'has to be single or multipart')),
  INBOX_BUCKET: required,
  INBOX_PREFIX: v.optional(v.string(), ''),
  IGNORE_PATTERN: v.optional(regularExpression),
  QUARANTINE_BUCKET: required,
  ARCHIVE_BUCKET: optionalText,
  AFTER_STORE: v.optional(
    v.picklist(['keep', 'delete', 'archive'], 'has to be keep, delete or archive'),
    'keep',
  ),
  CONFLICT: v.optional(v.picklist(['keep'], 'has to be keep'), 'keep'),
  NO_PREAMBLE: v.optional(v.picklist(['reject', 'supply'], 'has to be reject or supply'), 'reject'),
  REINGEST_AFTER_DELETE: v.optional(v.picklist(['refuse', 'allow'], 'has to be refuse or allow'), 'refuse'),
  VERIFY: v.optional(v.picklist(['conflicts', 'always'], 'has to be conflicts or always')),
  MIN_THROUGHPUT: bytes(10_000_000),
  MAX_HEADER_BYTES: bytes(4 * 1024 * 1024),
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

/** @throws InvalidConfigurationError that names every problem at once. */
export function parseIngestConfiguration(environment: Environment): IngestConfiguration {
  return parseConfiguration(ingestSchema, 'ingest', environment);
}
