/** A time in which a quota stays as it is. */
export interface Phase {
  readonly perSecond: number;
  /** The requests that are let through at once after a rest. */
  readonly burst: number;
  readonly lengthMs: number;
}

/** A phase with its place in the plan, in milliseconds since the beginning. */
export interface PlacedPhase extends Phase {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The phases one after another, from 0 on. */
export function placePhases(phases: readonly Phase[]): PlacedPhase[] {
  let fromMs = 0;
  return phases.map((phase) => {
    const placed = { ...phase, fromMs, toMs: fromMs + phase.lengthMs };
    fromMs = placed.toMs;
    return placed;
  });
}
