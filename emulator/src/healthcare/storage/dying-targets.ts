import type { DeletionTarget } from './operation-record.ts';

/** The studies and series of a store that are being deleted at this moment. */
export class DyingTargets {
  readonly #targets = new Set<DeletionTarget>();

  /** @returns ends it; others may have marked the same target. */
  mark({ study, series }: DeletionTarget): () => void {
    const target = series === undefined ? { study } : { study, series };
    this.#targets.add(target);
    return () => void this.#targets.delete(target);
  }

  /** Whether something is within what is being deleted. */
  includes({ study, series }: DeletionTarget): boolean {
    return this.#some((target) => target.study === study && (target.series ?? series) === series);
  }

  /** Whether a part of a target, or all of it, is being deleted. */
  overlaps({ study, series }: DeletionTarget): boolean {
    return this.#some(
      (target) =>
        target.study === study &&
        (target.series === undefined || series === undefined || target.series === series),
    );
  }

  #some(isMeant: (target: DeletionTarget) => boolean): boolean {
    return [...this.#targets].some(isMeant);
  }
}
