import type { Target } from '../../../src/domain/dicom/target.ts';
import type { Operation } from '../../../src/ports/dicom-deletion.ts';
import type { ArchiveRecord } from './contents.ts';
import type { ArchiveSettings } from './settings.ts';

/** In how many steps what is deleted goes. */
const STEPS = 20;

type Ending = Pick<ArchiveSettings, 'outcome' | 'errorCode' | 'instancesLeft'> & {
  readonly isCounted: boolean;
};

interface Beginning {
  readonly name: string;
  readonly method: string;
  /** Null for an operation that deletes nothing of this archive. */
  readonly target: Target | null;
  /** What is there at its beginning, and so all that it may take away. */
  readonly records: readonly ArchiveRecord[];
  readonly nowMs: number;
  readonly lengthMs: number;
  /** @default well */
  readonly ending?: Ending;
}

interface Removal {
  readonly record: ArchiveRecord;
  readonly atMs: number;
}

/** An operation whose course is settled when it begins. */
export class ArchiveOperation {
  readonly target: Target | null;
  readonly #beginning: Beginning;
  readonly #endsAtMs: number;
  readonly #left: number;
  readonly #removals: Removal[];

  constructor(beginning: Beginning) {
    const { target, records, nowMs, lengthMs, ending } = beginning;
    this.target = target;
    this.#beginning = beginning;
    this.#endsAtMs = nowMs + lengthMs;
    this.#left = ending === undefined ? 0 : Math.min(records.length, leftBy(ending));
    const going = records.slice(this.#left);
    this.#removals = going.map((record, index) => {
      const step = Math.ceil(((index + 1) * STEPS) / going.length);
      return { record, atMs: nowMs + (lengthMs * step) / STEPS };
    });
  }

  isRunningAt(nowMs: number): boolean {
    return nowMs < this.#endsAtMs;
  }

  /** What it has taken away since this was asked before. */
  takeDue(nowMs: number): readonly Removal[] {
    const pending = this.#removals.findIndex(({ atMs }) => atMs > nowMs);
    return this.#removals.splice(0, pending === -1 ? this.#removals.length : pending);
  }

  seenAt(nowMs: number): Operation {
    const { name, method, nowMs: createdAtMs } = this.#beginning;
    return { name, method, createdAtMs, end: this.isRunningAt(nowMs) ? undefined : this.#end() };
  }

  #end(): NonNullable<Operation['end']> {
    const { ending, records } = this.#beginning;
    if (ending?.outcome === 'error') return { kind: 'error', code: ending.errorCode };
    if (ending?.outcome === 'cancelled') return { kind: 'cancelled' };
    // Google's metadata may lack the counter; then an operation that has failed in part looks like one that has not.
    if (ending?.isCounted !== true) return { kind: 'clean', success: undefined };
    const success = records.length - this.#left;
    return this.#left > 0 ? { kind: 'partial', success, failure: this.#left } : { kind: 'clean', success };
  }
}

function leftBy({ outcome, instancesLeft }: Ending): number {
  if (outcome === 'success') return 0;
  return outcome === 'partial' ? Math.max(1, instancesLeft) : instancesLeft;
}
