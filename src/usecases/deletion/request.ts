import { countInstances } from '../../domain/deletion/instance-set.ts';
import { operationsOf, type LedgerEntry } from '../../domain/deletion/ledger.ts';
import { targetResult, type TargetReason } from '../../domain/deletion/target-result.ts';
import { CourierError, type ErrorCode } from '../../domain/errors.ts';
import type { Target } from '../../domain/dicom/target.ts';
import type { DeletionAnswer } from '../../ports/dicom-deletion.ts';
import { describeError } from '../attempts.ts';
import type { AdvanceContext } from './advance-context.ts';
import { endTarget } from './end-target.ts';
import { findHold } from './holds.ts';
import { waitUntil, writePage, type Page } from './ledger-book.ts';
import { markDone } from './mark-done.ts';
import { compareWithListed, type Comparison } from './list-instances.ts';
import { leaveTombstone, restoreTombstone } from './tombstones.ts';

/** How long a request without an answer may still have an effect once its connection is gone. */
const UNANSWERED_MS = 60_000;
const FIRST_BACKOFF_MS = 2000;
const LONGEST_BACKOFF_MS = 60_000;
/** So often the store may say that it will not, one time after the other, before that is what has become of the target. */
const MOST_REFUSALS = 20;
/** Until a slot is free. */
const WAIT_FOR_SLOT_MS = 1000;

/** Answers after which it is certain that nothing has begun. */
const NOT_BEGUN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'throttled',
  'unauthenticated',
  'permission-denied',
  'not-found',
  'request-refused',
]);

/**
 * Asks the store to delete a target, once everything has been looked at again.
 *
 * `requested` is written before, what came of it after: whoever finds `requested` knows that it may have begun.
 */
export async function requestTarget(target: Target, page: Page, context: AdvanceContext): Promise<Page> {
  const { deps, lease, invocation } = context;
  const { entry } = page;
  const now = deps.clock.now();
  const listed = await compareWithListed(target, entry.instances, deps, invocation);
  if (countInstances(listed.left) === 0) return nothingLeft(target, page, listed, context);
  if (listed.others > 0 && entry.cancelOnArrival)
    return callOff(target, page, listed, { outcome: 'changed', reason: 'unknown-instance' }, context);
  const hold = await findHold(target, deps, invocation);
  if (hold !== null) return callOff(target, page, listed, { outcome: 'held', reason: hold }, context);
  if (!(await lease.begin(target, invocation))) return waitUntil(page, now + WAIT_FOR_SLOT_MS);
  // A process may have died before it was left, or after it was taken back.
  const leftAt = await leaveTombstone(target, entry.tombstoneBefore, deps, invocation);
  const noticedAt = leftAt + deps.settings.deleteDelayMs;
  if (now < noticedAt) {
    lease.end(target);
    return waitUntil(page, noticedAt);
  }
  // By now it holds others too: what was asked for goes one by one, and they stay.
  if (listed.others > 0 || entry.byInstance) return markDone(target, page, { byInstance: true }, context);
  return sendRequest(target, page, context);
}

/** Nothing of it is there any more: somebody else's doing, or the late effect of a request of ours. */
function nothingLeft(
  target: Target,
  page: Page,
  { others }: Comparison,
  context: AdvanceContext,
): Promise<Page> {
  if (page.entry.requests > 0) return markDone(target, page, {}, context);
  const result = targetResult('absent', { counts: { 'arrived-later': others } });
  return endTarget(target, page, result, context);
}

/** Nothing more will be asked of the store for it. */
async function callOff(
  target: Target,
  page: Page,
  { left, others }: Comparison,
  { outcome, reason }: { readonly outcome: 'held' | 'changed'; readonly reason: TargetReason },
  context: AdvanceContext,
): Promise<Page> {
  const { entry } = page;
  if (entry.requests === 0)
    await restoreTombstone(target, entry.tombstoneBefore, context.deps, context.invocation);
  const kept = countInstances(left);
  const deleted = entry.requests === 0 ? 0 : countInstances(entry.instances) - kept;
  const counts = { deleted, [outcome]: kept, 'arrived-later': others };
  const result = targetResult(outcome, { reason, counts, operations: operationsOf(entry) });
  return endTarget(target, page, result, context);
}

async function sendRequest(target: Target, page: Page, context: AdvanceContext): Promise<Page> {
  const { deps, lease, invocation } = context;
  const now = deps.clock.now();
  const requested: LedgerEntry = {
    ...page.entry,
    phase: 'requested',
    lease: { holder: lease.holder, until: lease.until },
    notBefore: lease.until,
    requests: page.entry.requests + 1,
    firstRequestedAt: page.entry.firstRequestedAt ?? now,
    requestedAt: now,
    operation: null,
    end: null,
    endedAt: null,
  };
  const written = await writePage(target, requested, page.generation, deps, invocation);
  let answer: DeletionAnswer;
  try {
    // Once, and never again without looking: a DELETE begins an operation, whether or not its answer arrives.
    answer = await deps.lanes.delete.run(
      (paced) => paced(() => deps.deletion.delete(target, invocation.signal)),
      { signal: invocation.signal, latestAt: invocation.deadlineAt },
    );
  } catch (error) {
    return afterFailure(error, target, written, context);
  }
  return writePage(
    target,
    afterAnswer(answer, requested, deps.clock.now()),
    written.generation,
    deps,
    invocation,
  );
}

function afterAnswer(answer: DeletionAnswer, requested: LedgerEntry, now: number): LedgerEntry {
  const running: LedgerEntry = { ...requested, phase: 'running', refusals: 0, notBefore: now };
  if (answer.kind === 'operation') return { ...running, operation: { name: answer.name, startedAt: now } };
  // Taken as done, and looked at like everything else that is said to be done.
  return { ...running, end: { kind: 'done' }, endedAt: now };
}

async function afterFailure(
  error: unknown,
  target: Target,
  { entry, generation }: Page,
  context: AdvanceContext,
): Promise<Page> {
  const { deps, lease, invocation, failures } = context;
  const fields = { ...describeError(error), target: entry.target, requests: entry.requests };
  if (!(error instanceof CourierError) || !NOT_BEGUN.has(error.code)) {
    invocation.logger.warning('deletion request without answer', fields);
    if (!(error instanceof CourierError)) failures.push(error);
    const until = Math.min(entry.lease.until, deps.clock.now() + UNANSWERED_MS);
    const waiting: LedgerEntry = { ...entry, notBefore: until, lease: { ...entry.lease, until } };
    return writePage(target, waiting, generation, deps, invocation);
  }
  invocation.logger.warning('deletion request refused', fields);
  lease.end(target);
  const { code, retryAfterMs = 0 } = error;
  if (code === 'permission-denied' || code === 'unauthenticated') failures.push(error);
  const refusals = entry.refusals + 1;
  const backoffMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(entry.refusals, 10));
  const planned: LedgerEntry = {
    ...entry,
    phase: 'planned',
    requests: entry.requests - 1,
    refusals,
    notBefore: deps.clock.now() + Math.max(backoffMs, retryAfterMs),
  };
  const written = await writePage(target, planned, generation, deps, invocation);
  const isFinal = code === 'request-refused' || code === 'not-found';
  if (!isFinal || refusals < MOST_REFUSALS) return written;
  if (planned.requests === 0)
    await restoreTombstone(target, planned.tombstoneBefore, context.deps, context.invocation);
  const problem = `The store refuses to delete ${entry.target}.`;
  const failed = countInstances(entry.instances);
  const result = targetResult('failed', { reason: 'refused', counts: { failed }, problems: [problem] });
  return endTarget(target, written, { ...result, operations: operationsOf(planned) }, context);
}
