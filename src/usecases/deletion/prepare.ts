import {
  countInstances,
  digestOf,
  intersect,
  isSameDigest,
  subtract,
  type InstanceSet,
} from '../../domain/deletion/instance-set.ts';
import type { LedgerEntry } from '../../domain/deletion/ledger.ts';
import type { Known } from '../../domain/deletion/plan.ts';
import { targetResult, type TargetResult } from '../../domain/deletion/target-result.ts';
import { formatTarget, type Target } from '../../domain/dicom/target.ts';
import type { AdvanceContext } from './advance-context.ts';
import { findHold } from './holds.ts';
import { waitUntil, writePage, type Page } from './ledger-book.ts';
import { listInstances, TOO_MANY } from './list-instances.ts';
import { leaveTombstone, readTombstone } from './tombstones.ts';

/**
 * Begins the deletion of a target: looks at what is there, opens its entry in the ledger, and leaves the tombstone.
 *
 * In this order: the entry says what stood in the tombstone's place, for whoever has to put that back. Nothing is asked of
 * the store yet: first ingest has to have noticed the tombstone.
 *
 * @param ended the entry of its last deletion, if there was one.
 * @returns the entry, or what has become of the target without one.
 */
export async function prepareTarget(
  target: Target,
  { id, known }: { readonly id: string; readonly known: Known },
  ended: Page | undefined,
  { deps, lease, invocation }: AdvanceContext,
): Promise<Page | TargetResult> {
  const hold = await findHold(target, deps, invocation);
  if (hold !== null) return targetResult('held', { reason: hold });
  const listed = await listInstances(target, deps.settings.maxDeleteInstances, deps, invocation);
  if (listed === TOO_MANY) return tooMany(target, deps.settings.maxDeleteInstances);
  const scope = scopeOf(known, listed);
  if (scope === 'changed') return targetResult('changed', { reason: 'unknown-instance' });
  const later = countInstances(subtract(listed, scope));
  if (countInstances(scope) === 0) return targetResult('absent', { counts: { 'arrived-later': later } });
  const { deleteDelayMs } = deps.settings;
  const tombstoneBefore = await readTombstone(target, deps, invocation);
  const entry: LedgerEntry = {
    target: formatTarget(target),
    round: (ended?.entry.round ?? 0) + 1,
    phase: 'planned',
    instances: scope,
    commands: [id],
    lease: { holder: lease.holder, until: lease.until },
    notBefore: deps.clock.now() + deleteDelayMs,
    byInstance: later > 0,
    cancelOnArrival: known.kind === 'digest',
    tombstoneBefore,
    requests: 0,
    refusals: 0,
    firstRequestedAt: null,
    requestedAt: null,
    operation: null,
    end: null,
    endedAt: null,
    leftoverRounds: 0,
    isReportedStuck: false,
    result: null,
  };
  const page = await writePage(target, entry, ended?.generation ?? null, deps, invocation);
  const leftAt = await leaveTombstone(target, tombstoneBefore, deps, invocation);
  return waitUntil(page, leftAt + deleteDelayMs);
}

/** What of that which is there was meant; `changed` where that cannot be told, or something else is there. */
function scopeOf(known: Known, listed: InstanceSet): InstanceSet | 'changed' {
  if (known.kind === 'list') return intersect(listed, known.instances);
  const isGone = countInstances(listed) === 0;
  return isGone || isSameDigest(known, digestOf(listed)) ? listed : 'changed';
}

/** Whether an entry already does what a command wants of the target. */
export function isServedBy({ instances }: LedgerEntry, known: Known): boolean {
  if (known.kind === 'digest') return isSameDigest(known, digestOf(instances));
  return countInstances(subtract(known.instances, instances)) === 0;
}

export function tooMany(target: Target, most: number): TargetResult {
  const problem = `${formatTarget(target)} holds more than ${most} instances (MAX_DELETE_INSTANCES); nothing of it was deleted.`;
  return targetResult('failed', { reason: 'too-many-instances', problems: [problem] });
}
