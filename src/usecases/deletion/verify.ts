import { countInstances, instancesOf, type InstanceSet } from '../../domain/deletion/instance-set.ts';
import { MOST_REQUESTS, operationsOf, type LedgerEntry } from '../../domain/deletion/ledger.ts';
import { targetResult, type TargetOutcome, type TargetReason } from '../../domain/deletion/target-result.ts';
import type { Target } from '../../domain/dicom/target.ts';
import { RequestRefusedError } from '../../domain/errors.ts';
import { describeError } from '../attempts.ts';
import { inParallel } from '../in-parallel.ts';
import type { AdvanceContext } from './advance-context.ts';
import { endTarget } from './end-target.ts';
import { findHold } from './holds.ts';
import { waitUntil, writePage, type Page } from './ledger-book.ts';
import { compareWithListed, type Comparison } from './list-instances.ts';

/** While searches may still list what is gone. */
const LOOK_AGAIN_MS = 2000;
/** What is left is deleted one by one so often. */
const MOST_LEFTOVER_ROUNDS = 3;
const INSTANCES_AT_ONCE = 8;

/** gRPC codes after which the same operation may succeed: RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE. */
const WORTH_ANOTHER = new Set([8, 10, 13, 14]);

/**
 * Looks at what is left once a deletion is said to be over, and decides by that alone: `deleted` means that none of the
 * instances of the ledger is listed any more. What came later is counted and left where it is.
 */
export async function verifyTarget(
  target: Target,
  page: Page,
  end: NonNullable<LedgerEntry['end']>,
  context: AdvanceContext,
): Promise<Page> {
  const { deps, invocation } = context;
  const { entry } = page;
  const now = deps.clock.now();
  const listed = await compareWithListed(target, entry.instances, deps, invocation);
  if (countInstances(listed.left) === 0) return finish(target, page, listed, null, context);
  const { searchLagMs } = deps.settings;
  const isLagging = now < Number(entry.endedAt) + searchLagMs;
  if (isLagging) return waitUntil(page, now + Math.min(LOOK_AGAIN_MS, searchLagMs));
  const verdict = judge(end, entry);
  if (verdict === 'again') {
    context.lease.end(target);
    const again: LedgerEntry = { ...entry, phase: 'planned', operation: null, end: null, notBefore: now };
    return writePage(target, again, page.generation, deps, invocation);
  }
  if (verdict !== 'leftovers') return finish(target, page, listed, verdict, context);
  const hold = await findHold(target, deps, invocation);
  if (hold !== null) return finish(target, page, listed, hold, context);
  return deleteLeftovers(target, page, listed.left, context);
}

/** What is to be done about instances that are left. */
function judge(
  end: NonNullable<LedgerEntry['end']>,
  entry: LedgerEntry,
): 'again' | 'leftovers' | TargetReason {
  if (end.kind === 'cancelled') return 'operation-cancelled';
  if (end.kind === 'error') {
    return WORTH_ANOTHER.has(end.code) && entry.requests < MOST_REQUESTS ? 'again' : 'operation-failed';
  }
  return entry.leftoverRounds < MOST_LEFTOVER_ROUNDS ? 'leftovers' : 'instances-left';
}

/** Deletes what is left one by one, as far as the time goes; a round counts when it has come to its end. */
async function deleteLeftovers(
  target: Target,
  page: Page,
  left: InstanceSet,
  { deps, invocation, workUntil }: AdvanceContext,
): Promise<Page> {
  let done = 0;
  await inParallel(instancesOf(left), INSTANCES_AT_ONCE, async (instance) => {
    if (deps.clock.now() >= workUntil) return;
    const one = { studyInstanceUid: target.studyInstanceUid, ...instance };
    // Of an instance a DELETE may be repeated: it begins no operation, and absent is what is wanted.
    await deps
      .attempts(invocation, (limits) =>
        deps.lanes.delete.run((paced) => paced(() => deps.deletion.delete(one, limits.signal)), limits),
      )
      .catch((error: unknown) => {
        if (!(error instanceof RequestRefusedError)) throw error;
        // Tried, and left: it is counted at the end.
        invocation.logger.warning('deletion request refused', describeError(error));
      });
    done += 1;
  });
  const now = deps.clock.now();
  if (done < countInstances(left)) return waitUntil(page, now);
  const { entry, generation } = page;
  const tried: LedgerEntry = {
    ...entry,
    leftoverRounds: entry.leftoverRounds + 1,
    endedAt: now,
    notBefore: now,
  };
  return writePage(target, tried, generation, deps, invocation);
}

function finish(
  target: Target,
  page: Page,
  { left, others }: Comparison,
  reason: TargetReason | null,
  context: AdvanceContext,
): Promise<Page> {
  const { entry } = page;
  const remaining = countInstances(left);
  const outcome = outcomeOf(remaining, reason);
  const result = targetResult(outcome, {
    reason,
    counts: {
      deleted: countInstances(entry.instances) - remaining,
      [outcome === 'held' ? 'held' : 'failed']: remaining,
      'arrived-later': others,
    },
    operations: operationsOf(entry),
    problems: [...problemsOf(entry, remaining)],
  });
  return endTarget(target, page, result, context);
}

function outcomeOf(remaining: number, reason: TargetReason | null): TargetOutcome {
  if (remaining === 0) return 'deleted';
  return reason === 'hold' || reason === 'hold-unreadable' ? 'held' : 'failed';
}

function* problemsOf({ end, target, instances }: LedgerEntry, remaining: number): Generator<string> {
  if (remaining > 0) yield `${remaining} instances of ${target} were not deleted.`;
  if (end?.kind === 'error' && remaining > 0)
    yield `The operation that deleted ${target} ended with code ${end.code}.`;
  if (end?.kind === 'partial') yield `The operation that deleted ${target} reported ${end.failure} failures.`;
  const known = countInstances(instances);
  const gone = end?.kind === 'clean' || end?.kind === 'partial' ? (end.success ?? 0) : 0;
  if (gone > known)
    yield `The operation that deleted ${target} reported ${gone} instances, ${gone - known} more than were listed before it.`;
}
