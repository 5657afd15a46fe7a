import { describe, expect, it } from '@jest/globals';
import { AdaptiveRate } from '../../../src/retry/rate.ts';

const START_MS = 1_000_000;

const makeRate = (changes: { floorPerSecond?: number; ceilingPerSecond?: number } = {}): AdaptiveRate =>
  new AdaptiveRate({ floorPerSecond: 0.5, ceilingPerSecond: Infinity, ...changes });

/** Accepts so many requests a second, evenly, for so long. */
function acceptEvenly(rate: AdaptiveRate, perSecond: number, fromMs: number, seconds: number): number {
  for (let i = 0; i < perSecond * seconds; i += 1) rate.accepted(fromMs + (i * 1000) / perSecond);
  return fromMs + seconds * 1000 - 1;
}

describe('an adaptive rate', () => {
  it.each([Infinity, 10])('is the ceiling of %p until something throttles', (ceilingPerSecond) => {
    const rate = makeRate({ ceilingPerSecond });
    const endMs = acceptEvenly(rate, 100, START_MS, 2);
    expect(rate.perSecond(endMs)).toBe(ceilingPerSecond);
  });

  it('falls to about what was accepted', () => {
    const rate = makeRate();
    const endMs = acceptEvenly(rate, 100, START_MS, 3);
    rate.throttled(endMs, endMs);
    expect(rate.perSecond(endMs)).toBeGreaterThan(50);
    expect(rate.perSecond(endMs)).toBeLessThan(200);
  });

  it('falls further when it is throttled again soon', () => {
    const rate = makeRate();
    const endMs = acceptEvenly(rate, 100, START_MS, 3);
    rate.throttled(endMs, endMs);
    const before = rate.perSecond(endMs + 500);
    rate.throttled(endMs + 500, endMs + 500);
    expect(rate.perSecond(endMs + 500)).toBeLessThan(before);
  });

  it('falls once for all requests that were on their way when it fell', () => {
    const rate = makeRate();
    const endMs = acceptEvenly(rate, 100, START_MS, 3);
    rate.throttled(endMs, endMs);
    const fallen = rate.perSecond(endMs);
    rate.throttled(endMs - 1, endMs);
    expect(rate.perSecond(endMs)).toBe(fallen);
  });

  it('never falls below its floor', () => {
    const rate = makeRate();
    for (let i = 0; i < 50; i += 1) rate.throttled(START_MS + i, START_MS + i);
    expect(rate.perSecond(START_MS + 50)).toBeGreaterThanOrEqual(0.5);
    expect(rate.perSecond(START_MS + 50)).toBeLessThan(0.51);
  });

  it('grows by more every second, up to its ceiling', () => {
    const rate = makeRate({ ceilingPerSecond: 200 });
    const endMs = acceptEvenly(rate, 100, START_MS, 3);
    rate.throttled(endMs, endMs);
    const rates = [0, 1, 2, 3].map((seconds) => rate.perSecond(endMs + seconds * 1000));
    const steps = rates.slice(1).map((value, index) => value - (rates[index] ?? 0));
    expect(steps[0]).toBeGreaterThan(0);
    expect(steps[1]).toBeGreaterThan(steps[0] ?? 0);
    expect(steps[2]).toBeGreaterThan(steps[1] ?? 0);
    expect(rate.perSecond(endMs + 3_600_000)).toBe(200);
  });

  it('forgets what was accepted more than a second ago', () => {
    const rate = makeRate();
    const endMs = acceptEvenly(rate, 100, START_MS, 1);
    rate.accepted(endMs + 5000);
    rate.throttled(endMs + 5000, endMs + 5000);
    expect(rate.perSecond(endMs + 5000)).toBeLessThan(10);
  });

  it('survives a clock that goes back', () => {
    const rate = makeRate();
    const endMs = acceptEvenly(rate, 100, START_MS, 2);
    rate.accepted(endMs - 1500);
    rate.throttled(endMs, endMs);
    expect(rate.perSecond(endMs)).toBeGreaterThan(10);
  });
});
