/** How long each count of a {@link Timeline} is. */
export const SLOT_MS = 100;

/** What a store answered over time, counted by slots of {@link SLOT_MS}. */
export interface Timeline {
  readonly accepted: readonly number[];
  readonly refused: readonly number[];
}

/** Counts answers as they are given. */
export class TimelineRecorder {
  readonly #accepted: number[] = [];
  readonly #refused: number[] = [];

  /** @param atMs since the beginning. */
  note(atMs: number, isAccepted: boolean): void {
    const slot = Math.floor(atMs / SLOT_MS);
    while (this.#accepted.length <= slot) {
      this.#accepted.push(0);
      this.#refused.push(0);
    }
    const counts = isAccepted ? this.#accepted : this.#refused;
    counts[slot] = (counts[slot] ?? 0) + 1;
  }

  read(): Timeline {
    return { accepted: [...this.#accepted], refused: [...this.#refused] };
  }
}

/** The sum of the counts from one time to another, both since the beginning and rounded to slots. */
export function countBetween(counts: readonly number[], fromMs: number, toMs: number): number {
  return counts
    .slice(Math.round(fromMs / SLOT_MS), Math.round(toMs / SLOT_MS))
    .reduce((sum, count) => sum + count, 0);
}
