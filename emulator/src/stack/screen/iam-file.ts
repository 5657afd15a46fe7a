import { readFileSync } from 'node:fs';
import { parsePolicy, type Policy } from '../../iam/policy.ts';
import { UsageError } from './command-line.ts';

/**
 * Reads a policy from a file.
 *
 * @throws UsageError that names everything that is wrong with it.
 */
export function readIamFile(path: string): Policy {
  try {
    return parsePolicy(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--iam ${path} is not right: ${reason}. emulator/iam/deployed.json is an example.`);
  }
}
