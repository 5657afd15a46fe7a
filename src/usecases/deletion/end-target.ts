import type { LedgerEntry } from '../../domain/deletion/ledger.ts';
import type { TargetResult } from '../../domain/deletion/target-result.ts';
import type { Target } from '../../domain/dicom/target.ts';
import type { AdvanceContext } from './advance-context.ts';
import { writePage, type Page } from './ledger-book.ts';

/** Writes down what has become of a target. From here on nothing more is asked of the store for it. */
export async function endTarget(
  target: Target,
  { entry, generation }: Page,
  result: TargetResult,
  { deps, lease, invocation }: AdvanceContext,
): Promise<Page> {
  const ended: LedgerEntry = { ...entry, phase: 'ended', result };
  const page = await writePage(target, ended, generation, deps, invocation);
  lease.end(target);
  invocation.logger.info('target finished', {
    target: entry.target,
    outcome: result.outcome,
    reason: result.reason,
    counts: result.counts,
    operations: result.operations,
    requestedForMs: entry.firstRequestedAt === null ? null : deps.clock.now() - entry.firstRequestedAt,
  });
  return page;
}
