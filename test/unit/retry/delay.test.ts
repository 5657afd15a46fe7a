import { describe, expect, it } from '@jest/globals';
import { nextDelayMs } from '../../../src/retry/delay.ts';

const POLICY = { baseDelayMs: 100, maxDelayMs: 1000 };

describe('nextDelayMs', () => {
  it.each([
    [1, 100],
    [2, 200],
    [3, 400],
    [4, 800],
    [5, 1000],
    [50, 1000],
  ])('after %i failures waits at most %i ms', (failedAttempts, cap) => {
    expect(nextDelayMs(POLICY, failedAttempts, 1)).toBe(cap);
  });

  it('spreads the wait over all of the time under the cap', () => {
    expect([0, 0.25, 0.5].map((random) => nextDelayMs(POLICY, 3, random))).toEqual([0, 100, 200]);
  });

  it('never waits less than the other side asked for', () => {
    expect(nextDelayMs(POLICY, 3, 0.5, 300)).toBe(300);
  });

  it('waits longer than the other side asked for where the jitter says so', () => {
    expect(nextDelayMs(POLICY, 3, 0.5, 150)).toBe(200);
  });

  it('waits as long as the other side asked for, also above the cap', () => {
    expect(nextDelayMs(POLICY, 1, 0.5, 30_000)).toBe(30_000);
  });

  it('does not overflow after absurdly many failures', () => {
    expect(nextDelayMs(POLICY, 5000, 0.5)).toBe(500);
  });
});
