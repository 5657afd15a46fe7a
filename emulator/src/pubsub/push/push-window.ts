import type { PushOptions } from './push-options.ts';

const FIRST_PAUSE_MS = 100;

/**
 * How many pushes one subscription may have in flight: slow start, as on the real service.
 *
 * Each success widens the window by one, which doubles it in every round trip; each failure halves it. While
 * nothing succeeds, pushes pause between rounds, longer each time.
 */
export class PushWindow {
  readonly #options: PushOptions;
  #size: number;
  #failedRounds = 0;
  #pausedUntil = -Infinity;

  constructor(options: PushOptions) {
    this.#options = options;
    this.#size = Math.min(options.initialWindow, options.maximumWindow);
  }

  /** Pushes that may be in flight; 0 during a pause. */
  sizeAt(now: number): number {
    return now < this.#pausedUntil ? 0 : this.#size;
  }

  /** When the current pause ends, in the past when there is none. */
  get pausedUntil(): number {
    return this.#pausedUntil;
  }

  /** @param inFlight pushes in flight with this one; a window that is not used does not grow. */
  succeeded(inFlight: number): void {
    this.#failedRounds = 0;
    this.#pausedUntil = -Infinity;
    if (inFlight * 2 >= this.#size) this.#size = Math.min(this.#options.maximumWindow, this.#size + 1);
  }

  failed(now: number): void {
    this.#size = Math.max(1, Math.floor(this.#size / 2));
    // The other failures of a round find the pause begun.
    if (now < this.#pausedUntil) return;
    this.#pausedUntil =
      now + Math.min(this.#options.maximumPauseMs, FIRST_PAUSE_MS * 2 ** this.#failedRounds);
    this.#failedRounds = Math.min(this.#failedRounds + 1, 20);
  }
}
