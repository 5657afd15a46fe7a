import { readFileSync } from 'node:fs';
import type { ScheduledJob } from '../scheduler.ts';
import { UsageError } from './command-line.ts';

/** A timer cannot wait for longer than 24 days and some. */
const LONGEST_SECONDS = 24 * 86_400;
const EXAMPLE = '[{"everySeconds":3600,"command":{"action":"cleanup","olderThan":"P365D","age":"ingested"}}]';

/**
 * Reads the scheduled cleanups from a file. What a command asks for is the function's to judge: here it only has to be one.
 *
 * @throws UsageError that names every entry which is not right.
 */
export function readCleanupFile(path: string): readonly ScheduledJob[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(
      `--cleanup ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return parseCleanupJobs(content, path);
}

/** @throws UsageError */
function parseCleanupJobs(content: unknown, path: string): readonly ScheduledJob[] {
  if (!Array.isArray(content)) throw new UsageError(`--cleanup ${path} has to be a list such as ${EXAMPLE}`);
  const problems = content.flatMap((entry: unknown, index) =>
    problemsOf(entry).map((problem) => `entry ${index + 1} ${problem}`),
  );
  if (problems.length > 0) {
    throw new UsageError(`--cleanup ${path} is not right: ${problems.join('; ')}. An example: ${EXAMPLE}`);
  }
  return content as readonly ScheduledJob[];
}

function problemsOf(entry: unknown): string[] {
  if (!isObject(entry)) return ['is not an object'];
  const { everySeconds, command, ...others } = entry;
  const problems = Object.keys(others).map((name) => `has an unknown field ${JSON.stringify(name)}`);
  if (typeof everySeconds !== 'number' || everySeconds < 0.1 || everySeconds > LONGEST_SECONDS) {
    problems.push(`needs everySeconds, a number from 0.1 to ${LONGEST_SECONDS}`);
  }
  if (!isObject(command)) problems.push('needs a command, which is an object');
  else if (command['action'] !== 'cleanup') problems.push('needs a command whose action is "cleanup"');
  return problems;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
