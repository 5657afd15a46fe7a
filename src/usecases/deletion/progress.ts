import { formatDeletionProgress } from '../../domain/deletion/deletion-report.ts';
import { queuePrefix } from '../../domain/deletion/deletion-names.ts';
import type { LedgerEntry } from '../../domain/deletion/ledger.ts';
import type { Target } from '../../domain/dicom/target.ts';
import { countNames } from '../each-name.ts';
import type { Invocation } from '../invocation.ts';
import type { AdvanceContext } from './advance-context.ts';
import type { DeletionDependencies } from './deletion-dependencies.ts';
import { writePage, type Page } from './ledger-book.ts';
import { deliveryOf, readOpenCommand, type OpenCommand } from './open-command.ts';
import { readPlanEnd } from './queue.ts';

/** Says how far a command has come. */
export async function publishProgress(
  open: OpenCommand,
  targets: number,
  problems: readonly string[],
  deps: DeletionDependencies,
  invocation: Invocation,
): Promise<void> {
  const waiting = await countNames(deps.state, queuePrefix(open.name.id), deps.attempts, invocation);
  const progress = { ended: Math.max(0, targets - waiting), targets };
  const report = formatDeletionProgress(open.name, progress, problems, deliveryOf(open, deps, invocation));
  await deps.attempts(invocation, () => deps.publisher.publish(report, invocation.signal));
}

/** Says once that an operation takes too long. It is followed all the same. */
export async function reportIfStuck(
  target: Target,
  page: Page,
  operation: { readonly name: string; readonly startedAt: number },
  context: AdvanceContext,
): Promise<Page> {
  const { deps, invocation } = context;
  const isStuck = deps.clock.now() - operation.startedAt > deps.settings.operationMaxAgeMs;
  if (!isStuck || page.entry.isReportedStuck) return page;
  await publishStuck(page.entry, operation, context);
  const reported: LedgerEntry = { ...page.entry, isReportedStuck: true };
  return writePage(target, reported, page.generation, deps, invocation);
}

/** Loudly, and to everyone who waits for it. */
async function publishStuck(
  entry: LedgerEntry,
  operation: { readonly name: string; readonly startedAt: number },
  { deps, invocation }: AdvanceContext,
): Promise<void> {
  const hours = Math.floor((deps.clock.now() - operation.startedAt) / 3_600_000);
  invocation.logger.error('operation stuck', { target: entry.target, operation: operation.name, hours });
  const problem = `stuck: the operation ${operation.name} has been deleting ${entry.target} for ${hours} hours (OPERATION_MAX_AGE); it is still followed.`;
  for (const id of entry.commands) {
    const open = await readOpenCommand(id, deps, invocation);
    const end = await readPlanEnd(id, deps, invocation);
    // One that is finished has been told what it waited for.
    if (open === undefined || end === undefined) continue;
    await publishProgress(open, end.targets, [problem], deps, invocation);
  }
}
