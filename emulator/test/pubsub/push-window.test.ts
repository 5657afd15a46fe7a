import { describe, expect, it } from '@jest/globals';
import { DEFAULT_PUSH_OPTIONS } from '../../src/pubsub/push/push-options.ts';
import { PushWindow } from '../../src/pubsub/push/push-window.ts';

const OPTIONS = { ...DEFAULT_PUSH_OPTIONS, initialWindow: 1, maximumWindow: 10, maximumPauseMs: 1_000 };

/** Lets a full window of pushes succeed. @returns the size after it. */
function succeedRound(window: PushWindow): number {
  const size = window.sizeAt(0);
  for (let push = 0; push < size; push += 1) window.succeeded(size);
  return window.sizeAt(0);
}

describe('the push window', () => {
  it('doubles with every round of successes, up to its cap', () => {
    const window = new PushWindow(OPTIONS);

    expect([1, 2, 3, 4, 5].map(() => succeedRound(window))).toEqual([2, 4, 8, 10, 10]);
  });

  it('does not grow while it is not used', () => {
    const window = new PushWindow({ ...OPTIONS, initialWindow: 4 });

    for (let push = 0; push < 20; push += 1) window.succeeded(1);

    expect(window.sizeAt(0)).toBe(4);
  });

  it('halves with a failure, but stays above nothing', () => {
    const window = new PushWindow({ ...OPTIONS, initialWindow: 9 });

    const sizes = [0, 10_000, 20_000, 30_000].map((now) => {
      window.failed(now);
      return window.sizeAt(now + 5_000);
    });

    expect(sizes).toEqual([4, 2, 1, 1]);
  });

  it('pauses longer after each round of failures, up to the maximum, and not at all after a success', () => {
    const window = new PushWindow(OPTIONS);
    let now = 0;
    const pauses = [1, 2, 3, 4, 5, 6].map(() => {
      window.failed(now);
      const pauseMs = window.pausedUntil - now;
      now = window.pausedUntil;
      return pauseMs;
    });

    expect(pauses).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    window.failed(now);
    expect(window.sizeAt(now)).toBe(0);
    window.succeeded(1);
    expect(window.sizeAt(now)).toBeGreaterThan(0);
  });

  it('takes the failures of one round for one', () => {
    const window = new PushWindow(OPTIONS);

    for (let push = 0; push < 50; push += 1) window.failed(0);

    expect(window.pausedUntil).toBe(100);
  });
});
