import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fingerprintOf, type Fingerprint } from './fingerprint.ts';
import { isIgnored } from './object-name.ts';

export interface SweepOptions {
  readonly directory: string;
  readonly intervalMs: number;
  /** A file that looked the same in two sweeps, by its path below the directory. */
  readonly onSettled: (relativePath: string, fingerprint: Fingerprint) => void;
  readonly onProblem: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/**
 * Looks through the whole folder every now and then, because notifications of the file system can be lost:
 * its queue overflows, its limit of watches is reached, or a network share sends none.
 *
 * Resolves when the signal is aborted.
 */
export async function sweepRepeatedly(options: SweepOptions): Promise<void> {
  const { directory, intervalMs, onSettled, onProblem, signal } = options;
  let seen = new Map<string, Fingerprint>();
  for (;;) {
    const startedAt = performance.now();
    try {
      seen = await sweep(directory, seen, onSettled);
    } catch (error) {
      onProblem(error);
    }
    // At most a fiftieth of the time goes into looking, however many files there are.
    const pauseMs = Math.max(intervalMs, 50 * (performance.now() - startedAt));
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
  }
}

async function sweep(
  directory: string,
  before: ReadonlyMap<string, Fingerprint>,
  onSettled: SweepOptions['onSettled'],
): Promise<Map<string, Fingerprint>> {
  const seen = new Map<string, Fingerprint>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const relativePath = relative(directory, path);
    const found = isIgnored(relativePath) ? undefined : await fingerprintOf(path);
    if (found === undefined) continue;
    const known = before.get(relativePath);
    if (known?.sizeBytes === found.sizeBytes && known.modifiedMs === found.modifiedMs) {
      onSettled(relativePath, found);
    }
    seen.set(relativePath, found);
  }
  return seen;
}
