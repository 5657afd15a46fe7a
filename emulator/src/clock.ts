/** Time for the parts that wait, so that tests can decide it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls the action once after the delay. @returns cancels it. */
  after(delayMs: number, action: () => void): () => void;
}

/** setTimeout's own limit; whoever wakes early looks again. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, Math.min(Math.max(0, delayMs), LONGEST_TIMEOUT_MS));
    return () => clearTimeout(timer);
  },
};
