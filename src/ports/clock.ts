/** Time, so that tests can decide it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Waits, or stops waiting as soon as the signal is aborted. Never rejects.
   */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** A number in [0, 1), so that tests can decide the dice. */
export type Random = () => number;
