import { formatInstancePath, type InstanceUids } from '../../domain/dicom/instance-uids.ts';
import { FingerprintTable } from '../../domain/export/fingerprint-table.ts';
import type { Invocation } from '../invocation.ts';
import type { ExportDependencies } from './export-dependencies.ts';
import { listSelection } from './list-selection.ts';
import type { ExportContext } from './own-object.ts';
import { readPartResults } from './read-parts.ts';

/** More are counted, not named. */
const MOST_NAMED = 20;

/**
 * Compares what was planned with what the store lists now.
 *
 * Memory holds 32 bytes for each instance.
 *
 * @param planned by `pathOf`.
 * @returns what has arrived, and what has vanished, in words.
 */
export async function compareWithStore(
  planned: FingerprintTable,
  context: ExportContext,
  deps: ExportDependencies,
  invocation: Invocation,
): Promise<readonly string[]> {
  const listed = new FingerprintTable();
  const arrived = new Named('arrived in the store meanwhile and was not exported');
  for await (const one of listSelection(context.plan.selection, [], deps, invocation)) {
    if (one.kind === 'too-many') return ['The store has more instances now than a search can reach.'];
    if (one.kind !== 'instance') continue;
    const path = pathOf(one.uids);
    if (listed.put(path) === 'new' && !planned.has(path)) arrived.add(path);
  }
  const vanished = new Named('is not in the store any more');
  if (listed.size - arrived.count < planned.size) {
    const seen = new FingerprintTable();
    for await (const { item } of readPartResults(context, deps, invocation)) {
      const path = pathOf(item.uids);
      if (!listed.has(path) && seen.put(path) === 'new') vanished.add(path);
    }
  }
  return [...arrived.problems, ...vanished.problems];
}

/** What an instance is known by in the comparison. */
export function pathOf(uids: InstanceUids): string {
  return formatInstancePath(uids);
}

/** Instances of which something is to be said. */
class Named {
  count = 0;
  readonly #what: string;
  readonly #paths: string[] = [];

  constructor(what: string) {
    this.#what = what;
  }

  add(path: string): void {
    this.count += 1;
    if (this.#paths.length < MOST_NAMED) this.#paths.push(path);
  }

  get problems(): readonly string[] {
    const named = this.#paths.map((path) => `${path} ${this.#what}`);
    const hidden = this.count - named.length;
    return hidden > 0 ? [...named, `${hidden} more of which each ${this.#what}`] : named;
  }
}
