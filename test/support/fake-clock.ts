import type { Clock } from '../../src/ports/clock.ts';

/** 2026-01-02T03:04:05.000Z, when every {@link FakeClock} starts. */
export const CLOCK_START_MS = 1_767_323_045_000;

/** Time that moves by sleeping only. */
export class FakeClock implements Clock {
  /** Every wait that was begun, in milliseconds. */
  readonly sleeps: number[] = [];
  #nowMs = CLOCK_START_MS;
  /** Called at the beginning of each wait, e.g. to abort a signal meanwhile. */
  onSleep: () => void = () => undefined;

  now(): number {
    return this.#nowMs;
  }

  /** Lets time pass without a wait, as work does. */
  advance(milliseconds: number): void {
    this.#nowMs += milliseconds;
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(delayMs);
    this.onSleep();
    // A wait that is cut short takes no time.
    if (signal?.aborted !== true) this.advance(delayMs);
    return Promise.resolve();
  }
}
