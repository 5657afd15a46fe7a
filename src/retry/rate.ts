/** How fast requests may follow each other, learned from what the other side accepts. */
export interface RateSettings {
  /** Never slower, so that a lane cannot starve. Requests per second. @default 0.5 */
  readonly floorPerSecond: number;
  /** Never faster. Requests per second. @default Infinity */
  readonly ceilingPerSecond: number;
}

// The numbers below were chosen by simulation; test/property/lane-simulation.test.ts holds what they have to achieve.

/** Kept of the rate when the other side throttles: high, because near the quota is where we want to be. */
const DECREASE = 0.97;
/** The increase after a decrease begins as this share of the rate, and triples with every step. */
const FIRST_INCREASE = 0.004;
const INCREASE_GROWTH = 3;
/** A step is the time of so many requests, but within these bounds: a small quota is not probed every few requests. */
const REQUESTS_PER_STEP = 20;
const SHORTEST_STEP_MS = 1000;
const LONGEST_STEP_MS = 10_000;
/** Throttled again within this time, or before so many were accepted, the decrease before it was not enough. */
const SOON_MS = 1000;
const FEW_REQUESTS = 20;
/** What is counted since the decrease weighs as much as the rate before it when it comes to so many requests. */
const PRIOR_REQUESTS = 10;
/** The rate is not believed beyond so many times what was accepted in the last second: nobody may have used it. */
const MOST_TIMES_ACCEPTED = 1.5;
/** The accepted rate is measured over so long. */
const WINDOW_MS = 1000;
const SLOTS = 10;
const SLOT_MS = WINDOW_MS / SLOTS;

/**
 * A request rate that stays close below a quota nobody tells, and finds it again when it changes.
 *
 * Unlimited until the first throttling. After one the rate is a little lower, stays nearly so for some seconds, and then
 * grows faster and faster until the next: a quota that stays is exceeded seldom and by little, one that has risen tenfold
 * is reached within ten seconds. What is throttled again soon lowers the rate to what was really accepted since, so that
 * a quota that has fallen is found within a few refusals. Pure: the time is always given.
 */
export class AdaptiveRate {
  readonly #settings: RateSettings;
  /** What was accepted in the last second, by parts of it, oldest first. */
  readonly #slots: { readonly index: number; accepted: number }[] = [];
  #firstAcceptedAt: number | undefined;
  #base: number;
  #stepMs = SHORTEST_STEP_MS;
  #decreasedAt = -Infinity;
  #acceptedSince = 0;

  constructor(settings: RateSettings) {
    this.#settings = settings;
    this.#base = settings.ceilingPerSecond;
  }

  /** Requests per second; the ceiling, possibly Infinity, while nothing limits them. */
  perSecond(nowMs: number): number {
    if (this.#base >= this.#settings.ceilingPerSecond) return this.#settings.ceilingPerSecond;
    const steps = Math.max(0, nowMs - this.#decreasedAt) / this.#stepMs;
    const increase = this.#base * FIRST_INCREASE * (INCREASE_GROWTH ** Math.min(steps, 60) - 1);
    return Math.min(this.#settings.ceilingPerSecond, this.#base + increase);
  }

  accepted(nowMs: number): void {
    this.#acceptedSince += 1;
    this.#firstAcceptedAt ??= nowMs;
    const index = Math.floor(nowMs / SLOT_MS);
    const last = this.#slots.at(-1);
    if (last !== undefined && last.index >= index) last.accepted += 1;
    else this.#slots.push({ index, accepted: 1 });
    this.#forgetBefore(index - SLOTS + 1);
  }

  /**
   * Lowers the rate, unless the request was let go before the rate was lowered last: then it belongs to the same event.
   *
   * @returns whether the rate was lowered.
   */
  throttled(letGoAtMs: number, nowMs: number): boolean {
    if (letGoAtMs < this.#decreasedAt) return false;
    const rate = this.perSecond(nowMs);
    const { floorPerSecond } = this.#settings;
    this.#base = Math.max(floorPerSecond, Math.min(rate, this.#observed(rate, nowMs)) * DECREASE);
    this.#stepMs = this.#nextStepMs();
    this.#decreasedAt = nowMs;
    this.#acceptedSince = 0;
    return true;
  }

  #observed(rate: number, nowMs: number): number {
    const sinceMs = nowMs - this.#decreasedAt;
    const isSoon = sinceMs < SOON_MS || this.#acceptedSince < FEW_REQUESTS;
    if (!isSoon || rate === Infinity) return MOST_TIMES_ACCEPTED * this.#acceptedPerSecond(nowMs);
    // From one throttling to the next a token bucket goes from empty to empty, so what was accepted in between is the
    // quota, whatever the bucket holds; only, the counts are small.
    return (this.#acceptedSince + PRIOR_REQUESTS) / (sinceMs / 1000 + PRIOR_REQUESTS / rate);
  }

  /** Where nothing was accepted the rate is not that of a small quota but of a closed service, which may open any time. */
  #nextStepMs(): number {
    if (this.#acceptedSince === 0) return SHORTEST_STEP_MS;
    const stepMs = (1000 * REQUESTS_PER_STEP) / this.#base;
    return Math.min(LONGEST_STEP_MS, Math.max(SHORTEST_STEP_MS, stepMs));
  }

  #acceptedPerSecond(nowMs: number): number {
    this.#forgetBefore(Math.floor(nowMs / SLOT_MS) - SLOTS + 1);
    const count = this.#slots.reduce((sum, { accepted }) => sum + accepted, 0);
    const known = nowMs - (this.#firstAcceptedAt ?? nowMs);
    return count / (Math.max(SLOT_MS, Math.min(known, WINDOW_MS)) / 1000);
  }

  #forgetBefore(index: number): void {
    while ((this.#slots[0]?.index ?? Infinity) < index) this.#slots.shift();
  }
}
