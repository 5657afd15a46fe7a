import { describe, expect, it } from '@jest/globals';
import { systemClock, systemRandom } from '../../../src/adapters/system-clock.ts';

describe('the system clock', () => {
  it('tells the time of the machine', () => {
    const before = Date.now();
    const now = systemClock.now();
    expect([before <= now, now <= Date.now()]).toEqual([true, true]);
  });

  it('wakes up by itself', async () => {
    await expect(systemClock.sleep(1)).resolves.toBeUndefined();
  });

  it('wakes up without an error as soon as the signal is aborted', async () => {
    const controller = new AbortController();
    const sleeping = systemClock.sleep(86_400_000, controller.signal);
    controller.abort(new Error('up'));
    await expect(sleeping).resolves.toBeUndefined();
  });

  it('does not fall asleep on a signal that is aborted already', async () => {
    await expect(systemClock.sleep(86_400_000, AbortSignal.abort())).resolves.toBeUndefined();
  });
});

describe('the system dice', () => {
  it('stay between 0 and 1', () => {
    const rolls = Array.from({ length: 100 }, systemRandom);
    expect(rolls.every((roll) => roll >= 0 && roll < 1)).toBe(true);
    expect(new Set(rolls).size).toBeGreaterThan(1);
  });
});
