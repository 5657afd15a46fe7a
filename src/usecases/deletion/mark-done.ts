import type { LedgerEntry } from '../../domain/deletion/ledger.ts';
import type { Target } from '../../domain/dicom/target.ts';
import type { AdvanceContext } from './advance-context.ts';
import { writePage, type Page } from './ledger-book.ts';

/** Goes on as though the target had been deleted: what is left of it, and be it everything, is deleted one by one. */
export function markDone(
  target: Target,
  page: Page,
  change: Partial<Pick<LedgerEntry, 'byInstance'>>,
  { deps, invocation }: AdvanceContext,
): Promise<Page> {
  const now = deps.clock.now();
  const entry: LedgerEntry = {
    ...page.entry,
    ...change,
    phase: 'running',
    firstRequestedAt: page.entry.firstRequestedAt ?? now,
    end: { kind: 'done' },
    // Long ago, so that what is listed is believed at once.
    endedAt: now - deps.settings.searchLagMs,
    notBefore: now,
  };
  return writePage(target, entry, page.generation, deps, invocation);
}
