import type { LedgerEntry } from '../../domain/deletion/ledger.ts';
import { CourierError, NotFoundError } from '../../domain/errors.ts';
import type { Target } from '../../domain/dicom/target.ts';
import { describeError } from '../attempts.ts';
import type { AdvanceContext } from './advance-context.ts';
import { waitUntil, writePage, type Page } from './ledger-book.ts';
import { reportIfStuck } from './progress.ts';

const SHORTEST_POLL_MS = 500;
/** "A backoff such as 10 seconds" (Cloud Healthcare API, "Best practices for long-running operations"). */
const LONGEST_POLL_MS = 10_000;

/** Failures that say nothing of the operation, and pass. */
const PASSING = new Set([
  'throttled',
  'unavailable',
  'connection-lost',
  'malformed-answer',
  'deadline-exceeded',
]);

/** Looks once at the operation of a target. A failure to look says nothing of the operation. */
export async function pollTarget(
  target: Target,
  page: Page,
  operation: { readonly name: string; readonly startedAt: number },
  context: AdvanceContext,
): Promise<Page> {
  const { deps, invocation } = context;
  const now = deps.clock.now();
  invocation.logger.info('operation polled', {
    target: page.entry.target,
    operationAgeMs: now - operation.startedAt,
  });
  const end = await lookAt(operation.name, page, context);
  if (end !== undefined) return writeEnd(target, page, end, context);
  const waiting = waitUntil(page, now + pollDelayMs(now - operation.startedAt));
  return reportIfStuck(target, waiting, operation, context);
}

/** @returns undefined while it runs, and when it was not seen. */
async function lookAt(
  operation: string,
  { entry: { target } }: Page,
  { deps, invocation, failures }: AdvanceContext,
): Promise<NonNullable<LedgerEntry['end']> | undefined> {
  try {
    const { end } = await deps.deletion.getOperation(operation, invocation.signal);
    return end;
  } catch (error) {
    if (error instanceof NotFoundError) return { kind: 'gone' };
    invocation.logger.warning('operation not seen', { ...describeError(error), target });
    if (!(error instanceof CourierError && PASSING.has(error.code))) failures.push(error);
    return undefined;
  }
}

/** The longer it has run, the less often it is looked at. */
function pollDelayMs(ageMs: number): number {
  return Math.min(LONGEST_POLL_MS, Math.max(SHORTEST_POLL_MS, ageMs / 4));
}

function writeEnd(
  target: Target,
  { entry, generation }: Page,
  end: NonNullable<LedgerEntry['end']>,
  { deps, invocation }: AdvanceContext,
): Promise<Page> {
  const now = deps.clock.now();
  return writePage(target, { ...entry, end, endedAt: now, notBefore: now }, generation, deps, invocation);
}
