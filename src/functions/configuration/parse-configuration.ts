import * as v from 'valibot';
import { InvalidConfigurationError } from '../../domain/errors.ts';
import type { Environment } from './fields.ts';

/**
 * Reads the configuration of a function.
 *
 * @throws InvalidConfigurationError that names every problem at once, and quotes no value.
 */
export function parseConfiguration<Schema extends v.GenericSchema>(
  schema: Schema,
  functionName: string,
  environment: Environment,
): v.InferOutput<Schema> {
  const { GOOGLE_CLOUD_PROJECT: platformProject } = environment;
  const result = v.safeParse(schema, { PROJECT_ID: platformProject, ...withoutEmpty(environment) });
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => {
    const isAbsent = issue.type === 'object';
    return `${v.getDotPath(issue) ?? 'environment'} ${isAbsent ? 'is missing' : issue.message}`;
  });
  throw new InvalidConfigurationError(
    `The environment of ${functionName} is not right: ${problems.join('; ')}.`,
  );
}

/** An empty variable is an absent one: deployment tools write one for the other. */
function withoutEmpty(environment: Environment): Record<string, string> {
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] => (entry[1] ?? '') !== '',
  );
  return Object.fromEntries(entries);
}
