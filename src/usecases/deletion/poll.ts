import type { LedgerEntry } from '../../domain/deletion/ledger.ts';
import { CourierError, NotFoundError } from '../../domain/errors.ts';
import type { Target } from '../../domain/dicom/target.ts';
import { describeError } from '../attempts.ts';
import type { AdvanceContext } from './advance-context.ts';
import { writePage, type Page } from './ledger-book.ts';
import { publishStuck } from './progress.ts';

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
  const { deps, invocation, failures } = context;
  const now = deps.clock.now();
  invocation.logger.info('operation polled', {
    target: page.entry.target,
    operationAgeMs: now - operation.startedAt,
  });
  try {
    const { end } = await deps.deletion.getOperation(operation.name, invocation.signal);
    if (end !== undefined) return await writeEnd(target, page, end, context);
  } catch (error) {
    if (error instanceof NotFoundError) return writeEnd(target, page, { kind: 'gone' }, context);
    invocation.logger.warning('operation not seen', { ...describeError(error), target: page.entry.target });
    if (!(error instanceof CourierError && PASSING.has(error.code))) failures.push(error);
  }
  const waiting = {
    ...page,
    entry: { ...page.entry, notBefore: now + pollDelayMs(now - operation.startedAt) },
  };
  const isStuck = now - operation.startedAt > deps.settings.operationMaxAgeMs;
  if (!isStuck || page.entry.isReportedStuck) return waiting;
  await publishStuck(page.entry, operation, context);
  const reported: LedgerEntry = { ...waiting.entry, isReportedStuck: true };
  return writePage(target, reported, page.generation, deps, invocation);
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
