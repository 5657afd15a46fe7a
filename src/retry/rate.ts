/** How fast requests may follow each other, learned from what the other side accepts. */
export interface RateSettings {
  /** Never slower, so that a lane cannot starve. Requests per second. @default 0.5 */
  readonly floorPerSecond: number;
  /** Never faster. Requests per second. @default Infinity */
  readonly ceilingPerSecond: number;
}

/** Kept of the accepted rate when the other side throttles: high, because near the quota is where we want to be. */
const DECREASE = 0.95;
/** Kept when it throttles again soon: the first decrease has not been enough. */
const SHARP_DECREASE = 0.7;
const SOON_MS = 1000;
/** The additive increase of the first second after a decrease, as a share of the rate; it doubles every second. */
const FIRST_INCREASE = 0.02;
/** The accepted rate is measured over so long. */
const WINDOW_MS = 1000;
const SLOTS = 10;
const SLOT_MS = WINDOW_MS / SLOTS;

/**
 * A request rate by additive increase and multiplicative decrease.
 *
 * Unlimited until the first throttling. Then the rate falls to a little below what was accepted in the last second, and
 * grows by steps that double every second without throttling: close to a quota that stays, quickly up to one that has
 * risen. Pure: the time is always given.
 */
export class AdaptiveRate {
  readonly #settings: RateSettings;
  readonly #accepted = new Array<number>(SLOTS).fill(0);
  #slot = 0;
  #firstAcceptedAt: number | undefined;
  #base: number;
  #decreasedAt = -Infinity;

  constructor(settings: RateSettings) {
    this.#settings = settings;
    this.#base = settings.ceilingPerSecond;
  }

  /** Requests per second; the ceiling, possibly Infinity, while nothing limits them. */
  perSecond(nowMs: number): number {
    if (this.#base >= this.#settings.ceilingPerSecond) return this.#settings.ceilingPerSecond;
    const seconds = (nowMs - this.#decreasedAt) / 1000;
    const increase = this.#base * FIRST_INCREASE * (2 ** Math.min(seconds, 60) - 1);
    return Math.min(this.#settings.ceilingPerSecond, this.#base + increase);
  }

  accepted(nowMs: number): void {
    this.#firstAcceptedAt ??= nowMs;
    this.#moveWindow(nowMs);
    this.#accepted[this.#slot % SLOTS] = (this.#accepted[this.#slot % SLOTS] ?? 0) + 1;
  }

  /**
   * Lowers the rate, unless the request was sent before the rate was lowered last: then it belongs to the same event.
   */
  throttled(sentAtMs: number, nowMs: number): void {
    if (sentAtMs < this.#decreasedAt) return;
    const share = nowMs - this.#decreasedAt < SOON_MS ? SHARP_DECREASE : DECREASE;
    const observed = Math.min(this.perSecond(nowMs), this.#acceptedPerSecond(nowMs));
    this.#base = Math.max(this.#settings.floorPerSecond, observed * share);
    this.#decreasedAt = nowMs;
  }

  #acceptedPerSecond(nowMs: number): number {
    this.#moveWindow(nowMs);
    const count = this.#accepted.reduce((sum, slot) => sum + slot, 0);
    const known = nowMs - (this.#firstAcceptedAt ?? nowMs);
    return count / (Math.max(SLOT_MS, Math.min(known, WINDOW_MS)) / 1000);
  }

  /** Forgets what is older than the window. */
  #moveWindow(nowMs: number): void {
    const slot = Math.floor(nowMs / SLOT_MS);
    const passed = Math.min(slot - this.#slot, SLOTS);
    for (let i = 1; i <= passed; i += 1) this.#accepted[(slot - passed + i) % SLOTS] = 0;
    this.#slot = Math.max(this.#slot, slot);
  }
}
