import {
  formatCommandReport,
  type CommandName,
  type CommandReport,
  type CommandStatus,
  type TargetReport,
} from '../command/command-report.ts';
import { formatTargetFields, type Target } from '../dicom/target.ts';
import type { Delivery } from '../delivery.ts';
import type { PlanEnd } from './plan.ts';
import type { TargetOutcome, TargetResult } from './target-result.ts';

/** What became of a deletion or a cleanup. */
export interface DeletionReport extends CommandReport {
  readonly dryRun: boolean;
  /** Operations that were begun in the store; more than there are targets only where an answer was lost or one failed. */
  readonly operations: number;
  /** How many targets there are; `targets` lists the first of them. */
  readonly targetCount: number;
  /** Of a cleanup: numbers of series. */
  readonly figures: Readonly<Record<string, number>>;
}

/** More targets are counted, and not listed: a message has at most 10 MB. */
const MOST_LISTED = 10_000;
const MOST_PROBLEMS = 1000;

const IN_ORDER: ReadonlySet<TargetOutcome> = new Set<TargetOutcome>(['deleted', 'absent', 'planned']);

/** Adds up what became of the targets of a command, one after the other. */
export class DeletionTally {
  readonly #counts: Record<string, number> = {};
  readonly #targets: TargetReport[] = [];
  readonly #problems: string[] = [];
  #targetCount = 0;
  #operations = 0;
  #inOrder = 0;

  add(target: Target, { outcome, reason, counts, operations, problems }: TargetResult): void {
    this.#targetCount += 1;
    this.#operations += operations;
    if (IN_ORDER.has(outcome)) this.#inOrder += 1;
    // Where no instances were counted, as of what is absent or held, the target counts as one.
    const counted = Object.keys(counts).length === 0 ? { [outcome]: 1 } : counts;
    for (const [word, number] of Object.entries(counted)) {
      this.#counts[word] = (this.#counts[word] ?? 0) + number;
    }
    if (this.#targets.length < MOST_LISTED) {
      this.#targets.push({ ...formatTargetFields(target), outcome, reason, counts });
    }
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push(...problems);
  }

  /** The final report. */
  report(
    name: CommandName,
    { dryRun }: { readonly dryRun: boolean },
    { refusals, notes, figures }: Pick<PlanEnd, 'refusals' | 'notes' | 'figures'>,
    delivery: Delivery,
  ): DeletionReport {
    const problems = [...refusals, ...notes, ...this.#problems];
    const result = {
      status: refusals.length > 0 ? ('failed' as const) : this.#status(),
      counts: this.#counts,
      targets: this.#targets,
      problems,
    };
    return {
      ...formatCommandReport(name, result, delivery),
      dryRun,
      operations: this.#operations,
      targetCount: this.#targetCount,
      figures,
    };
  }

  #status(): CommandStatus {
    if (this.#inOrder === this.#targetCount) return 'complete';
    return this.#inOrder > 0 || (this.#counts['deleted'] ?? 0) > 0 ? 'partial' : 'failed';
  }
}

/** How far a command has come. */
export function formatDeletionProgress(
  name: CommandName,
  { ended, targets }: { readonly ended: number; readonly targets: number },
  problems: readonly string[],
  delivery: Delivery,
): CommandReport & { readonly progress: { readonly ended: number; readonly targets: number } } {
  const result = { status: 'running' as const, counts: {}, targets: [], problems };
  return { ...formatCommandReport(name, result, delivery), progress: { ended, targets } };
}
