import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { UsageError } from '../cloud/usage-error.ts';

/** Why the last delivery of an object failed (`error` of the log line `delivery given back`), by its hash. */
export type Causes = ReadonlyMap<string, string>;

/** Objects beyond are of unknown cause; some 200 bytes each. */
const MOST_CAUSES = 200_000;

/**
 * Reads the log lines `delivery given back` of a file with one JSON a line: `gcloud logging read … --format json | jq -c '.[]'`,
 * or what the local stack keeps.
 *
 * @throws UsageError for a file that cannot be read.
 */
export async function readCauses(path: string | undefined): Promise<Causes> {
  const latest = new Map<string, { readonly at: string; readonly cause: string }>();
  if (path === undefined) return new Map();
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      const said = readLine(line);
      if (said === undefined) continue;
      const known = latest.get(said.hash);
      if (known === undefined ? latest.size < MOST_CAUSES : said.at >= known.at) latest.set(said.hash, said);
    }
  } catch (error) {
    throw new UsageError(`--log ${path} cannot be read: ${error instanceof Error ? error.message : ''}`);
  }
  return new Map([...latest].map(([hash, { cause }]) => [hash, cause]));
}

function readLine(line: string): { hash: string; at: string; cause: string } | undefined {
  try {
    const entry = JSON.parse(line) as Record<string, unknown>;
    const fields = (entry['jsonPayload'] ?? entry) as Record<string, unknown>;
    const { message, objectHash, error } = fields;
    if (message !== 'delivery given back' || typeof objectHash !== 'string') return undefined;
    const at = entry['timestamp'] ?? entry['time'];
    return {
      hash: objectHash,
      at: typeof at === 'string' ? at : '',
      cause: typeof error === 'string' ? error : 'unknown',
    };
  } catch {
    return undefined;
  }
}
