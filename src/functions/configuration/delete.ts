import * as v from 'valibot';
import { commonVariables } from './common-variables.ts';
import { count, duration, durationOrNone, required, share, type Environment } from './fields.ts';
import { parseConfiguration } from './parse-configuration.ts';

/** What the `delete` function needs to know. The table in the README describes each variable. */
export type DeleteConfiguration = v.InferOutput<typeof deleteSchema>;

/** Of an invocation's time 15 s are for the answer and 10 s for what has begun: with less than that nothing ever begins. */
const timeToWork = (fallback: string) =>
  v.pipe(duration(fallback), v.minValue(30_000, 'has to be at least 30s'));

const deleteSchema = v.object({
  ...commonVariables,
  FUNCTION_TIMEOUT: timeToWork('540s'),
  ACK_DEADLINE: timeToWork('600s'),
  RECORDS_BUCKET: required,
  MAX_OPERATIONS: count(5, 20),
  MAX_TARGETS: count(1000, 10_000),
  MAX_DELETE_INSTANCES: count(50_000, 200_000),
  MAX_CLEANUP_SHARE: share(0.1),
  OPERATION_MAX_AGE: duration('24h'),
  COMMAND_MAX_AGE: duration('24h'),
  /** How long one tick goes on working. */
  ADVANCE_BUDGET: duration('50s'),
  /** Between leaving the tombstone and the request: ingest believes for a minute that a series is not deleted. */
  DELETE_DELAY: durationOrNone('90s'),
  /** How long searches may go on listing what is gone. */
  SEARCH_LAG: durationOrNone('30s'),
});

/** @throws InvalidConfigurationError that names every problem at once. */
export function parseDeleteConfiguration(environment: Environment): DeleteConfiguration {
  return parseConfiguration(deleteSchema, 'delete', environment);
}
