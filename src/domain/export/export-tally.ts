import type { CommandStatus, TargetReport } from '../command/command-report.ts';
import { formatInstancePath } from '../dicom/instance-uids.ts';
import { formatTargetFields } from '../dicom/target.ts';
import type { PlannedTarget } from './export-plan.ts';
import type { ItemOutcome, ItemResult } from './item-result.ts';

type Counts = Partial<Record<ItemOutcome, number>>;

/** Outcomes after which there is a right object, or should be none. */
const WELL: ReadonlySet<ItemOutcome> = new Set<ItemOutcome>(['exported', 'already-exported', 'excluded']);

/** More failures than these are counted, and found in the manifest. */
const MOST_FAILURES_NAMED = 50;

/** Adds up what became of the objects of an export, holding counts and the first few failures. */
export class ExportTally {
  readonly #targets: readonly (PlannedTarget & { readonly counts: Counts })[];
  readonly #all: Counts = {};
  readonly #failures: string[] = [];
  #badCount = 0;

  constructor(targets: readonly PlannedTarget[]) {
    this.#targets = targets.map((target) => ({ ...target, counts: {} }));
  }

  add({ item, outcome, reason, detail }: ItemResult): void {
    increment(this.#all, outcome);
    const target = this.#targets[item.target];
    // Of a query only the first targets are reported one by one.
    if (target !== undefined) increment(target.counts, outcome);
    if (WELL.has(outcome)) return;
    this.#badCount += 1;
    if (this.#failures.length >= MOST_FAILURES_NAMED) return;
    const why = [reason, detail].filter((text) => text !== null).join(': ');
    this.#failures.push(`${formatInstancePath(item.uids)}: ${outcome}${why === '' ? '' : ` (${why})`}`);
  }

  get counts(): Readonly<Record<string, number>> {
    return { ...this.#all };
  }

  /** Everything as wanted; some of it; or nothing at all. */
  get status(): CommandStatus {
    const absent = this.#targets.filter(({ items }) => items === 0).length;
    if (this.#badCount === 0 && absent === 0) return 'complete';
    return countDone(this.#all) === 0 ? 'failed' : 'partial';
  }

  get targets(): readonly TargetReport[] {
    return this.#targets.map(({ target, items, counts }) => ({
      ...formatTargetFields(target),
      ...judge(items, counts),
      counts: { ...counts },
    }));
  }

  /** The failures by name, as many as a person reads. */
  get problems(): readonly string[] {
    const hidden = this.#badCount - this.#failures.length;
    return hidden > 0
      ? [...this.#failures, `and ${hidden} more, which are in the manifest`]
      : [...this.#failures];
  }
}

function judge(items: number, counts: Counts): Pick<TargetReport, 'outcome' | 'reason'> {
  if (items === 0) return { outcome: 'absent', reason: 'not-in-store' };
  const done = countDone(counts);
  const well = done + (counts.excluded ?? 0);
  if (well >= items) return { outcome: 'exported', reason: null };
  return done === 0
    ? { outcome: 'failed', reason: 'nothing-exported' }
    : { outcome: 'partial', reason: 'some-not-exported' };
}

function countDone(counts: Counts): number {
  return (counts.exported ?? 0) + (counts['already-exported'] ?? 0);
}

function increment(counts: Counts, outcome: ItemOutcome): void {
  counts[outcome] = (counts[outcome] ?? 0) + 1;
}
