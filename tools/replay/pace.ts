/** The time, and waiting for it to pass. */
export interface ReplayClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Comes back early, without an error, when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Waits until as many more may be sent. Comes back early when the run is to end. */
export type Pace = (count: number) => Promise<void>;

/** @param perSecond on the average; a group that is sent together is followed by a pause of its length. */
export function makePace(perSecond: number, clock: ReplayClock, interrupted: AbortSignal): Pace {
  let nextAt = -Infinity;
  return async (count) => {
    const now = clock.now();
    const startsAt = Math.max(now, nextAt);
    nextAt = startsAt + (count * 1000) / perSecond;
    if (startsAt > now) await clock.sleep(startsAt - now, interrupted);
  };
}

/** How many are sent together: what a quarter of a second allows. */
export function groupSize(perSecond: number): number {
  return Math.min(100, Math.max(1, Math.ceil(perSecond / 4)));
}
