/** How fast requests may follow each other, learned from what the other side accepts. */
export interface RateSettings {
  /** Never slower, so that a lane cannot starve. Requests per second. @default 0.5 */
  readonly floorPerSecond: number;
  /** Never faster. Requests per second. @default Infinity */
  readonly ceilingPerSecond: number;
}
const E = process.env as Record<string, string>;
const n = (k: string, d: number): number => Number(E[k] ?? d);
const DECREASE = n('DEC', 0.97);
const FIRST_INCREASE = n('G', 0.0005);
const GROWTH = n('K', 6);
const PSEUDO = n('PS', 4);
const SOON_MS = n('SOON', 1000);
const PER_STEP = n('STEP', 20);
const SLOWEST = n('SLOW', 0.2);
const TRUST = n('TRUST', 1.5);
const WINDOW_MS = 1000;
const SLOTS = 10;
const SLOT_MS = WINDOW_MS / SLOTS;

export class AdaptiveRate {
  readonly #settings: RateSettings;
  readonly #accepted = new Array<number>(SLOTS).fill(0);
  #slot = 0;
  #firstAcceptedAt: number | undefined;
  #base: number;
  #decreasedAt = -Infinity;
  #since = 0;

  constructor(settings: RateSettings) {
    this.#settings = settings;
    this.#base = settings.ceilingPerSecond;
  }

  perSecond(nowMs: number): number {
    if (this.#base >= this.#settings.ceilingPerSecond) return this.#settings.ceilingPerSecond;
    const seconds = Math.max(0, nowMs - this.#decreasedAt) / 1000;
    const steps = seconds * Math.min(1, Math.max(SLOWEST, this.#base / PER_STEP));
    const increase = this.#base * FIRST_INCREASE * (GROWTH ** Math.min(steps, 60) - 1);
    return Math.min(this.#settings.ceilingPerSecond, this.#base + increase);
  }

  accepted(nowMs: number): void {
    this.#since += 1;
    this.#firstAcceptedAt ??= nowMs;
    this.#moveWindow(nowMs);
    this.#accepted[this.#slot % SLOTS] = (this.#accepted[this.#slot % SLOTS] ?? 0) + 1;
  }

  throttled(sentAtMs: number, nowMs: number): void {
    if (sentAtMs < this.#decreasedAt) return;
    const rate = this.perSecond(nowMs);
    const t = (nowMs - this.#decreasedAt) / 1000;
    const isSoon = t * 1000 < SOON_MS || this.#since < 10;
    const observed =
      isSoon && rate !== Infinity
        ? (this.#since + PSEUDO) / (t + PSEUDO / rate)
        : TRUST * this.#acceptedPerSecond(nowMs);
    this.#base = Math.max(this.#settings.floorPerSecond, Math.min(rate, observed) * DECREASE);
    this.#decreasedAt = nowMs;
    this.#since = 0;
  }

  #acceptedPerSecond(nowMs: number): number {
    this.#moveWindow(nowMs);
    const count = this.#accepted.reduce((sum, slot) => sum + slot, 0);
    const known = nowMs - (this.#firstAcceptedAt ?? nowMs);
    return count / (Math.max(SLOT_MS, Math.min(known, WINDOW_MS)) / 1000);
  }

  #moveWindow(nowMs: number): void {
    const slot = Math.floor(nowMs / SLOT_MS);
    const passed = Math.min(slot - this.#slot, SLOTS);
    for (let i = 1; i <= passed; i += 1) this.#accepted[(slot - passed + i) % SLOTS] = 0;
    this.#slot = Math.max(this.#slot, slot);
  }
}
