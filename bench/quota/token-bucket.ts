/**
 * A quota as a token bucket: so many requests a second on average, and so many at once after a while of rest.
 *
 * The bucket is full at first. The time is always given, in milliseconds.
 */
export class TokenBucket {
  #perSecond: number;
  #burst: number;
  #tokens: number;
  #filledAtMs: number;

  /** @param burst the tokens that a full bucket holds, at least 1. */
  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#filledAtMs = nowMs;
  }

  /** Takes a token, if there is one. */
  take(nowMs: number): boolean {
    this.#fill(nowMs);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Changes the quota; what a smaller bucket cannot hold is lost. */
  change(perSecond: number, burst: number, nowMs: number): void {
    this.#fill(nowMs);
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = Math.min(this.#tokens, burst);
  }

  #fill(nowMs: number): void {
    const passedMs = Math.max(0, nowMs - this.#filledAtMs);
    this.#tokens = Math.min(this.#burst, this.#tokens + (passedMs / 1000) * this.#perSecond);
    this.#filledAtMs = Math.max(this.#filledAtMs, nowMs);
  }
}
