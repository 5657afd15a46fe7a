import * as v from 'valibot';
import { parseDestination } from '../../domain/export/destination.ts';
import { commonVariables } from './common-variables.ts';
import { count, duration, flag, required, type Environment } from './fields.ts';
import { parseConfiguration } from './parse-configuration.ts';

/** What the `export` function needs to know. The table in the README describes each variable. */
export type ExportConfiguration = v.InferOutput<typeof exportSchema>;

const destinations = v.pipe(
  required,
  v.transform((text) => text.split(',').map((uri) => uri.trim())),
  v.check(
    (list) => list.every((uri) => parseDestination(uri) !== undefined),
    'has to be gs://BUCKET/ or gs://BUCKET/PREFIX/, or several of them with commas between',
  ),
  v.transform((list) => list.map(parseDestination).filter((destination) => destination !== undefined)),
);

const exportSchema = v.object({
  ...commonVariables,
  STORE_ENCODING: v.optional(v.picklist(['single', 'multipart'], 'has to be single or multipart')),
  RECORDS_BUCKET: required,
  EXPORT_TOPIC: required,
  EXPORT_DESTINATIONS: destinations,
  MAX_TARGETS: count(1000, 10_000),
  MAX_EXPORT_INSTANCES: count(1_000_000, 1_000_000),
  SLICE_INSTANCES: count(500, 5000),
  EXPORT_CONCURRENCY: count(16, 64),
  MAX_FRAMES: count(100, 10_000),
  RETRIEVE_BY: v.optional(
    v.picklist(['auto', 'instance', 'series'], 'has to be auto, instance or series'),
    'auto',
  ),
  ALLOW_IDENTIFYING_NAMES: flag,
  ALLOW_OVERWRITE: flag,
  COMMAND_MAX_AGE: duration('24h'),
});

/** @throws InvalidConfigurationError that names every problem at once. */
export function parseExportConfiguration(environment: Environment): ExportConfiguration {
  return parseConfiguration(exportSchema, 'export', environment);
}
