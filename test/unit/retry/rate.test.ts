import { describe, expect, it } from '@jest/globals';
import { AdaptiveRate } from '../../../src/retry/rate.ts';

const START_MS = 1_000_000;

const makeRate = (changes: { floorPerSecond?: number; ceilingPerSecond?: number } = {}): AdaptiveRate =>
  new AdaptiveRate({ floorPerSecond: 0.5, ceilingPerSecond: Infinity, ...changes });

/** Accepts so many requests a second, evenly, for so long. @returns the last millisecond of that time. */
function acceptEvenly(rate: AdaptiveRate, perSecond: number, fromMs: number, seconds: number): number {
  for (let i = 0; i < perSecond * seconds; i += 1) rate.accepted(fromMs + (i * 1000) / perSecond);
  return fromMs + seconds * 1000 - 1;
}

/** A rate that was throttled once, when it was unlimited and so much was accepted every second. */
function throttledAt(perSecond: number, changes: { ceilingPerSecond?: number } = {}): [AdaptiveRate, number] {
  const rate = makeRate(changes);
  const atMs = acceptEvenly(rate, perSecond, START_MS, 3);
  rate.throttled(atMs, atMs);
  return [rate, atMs];
}

describe('an adaptive rate', () => {
  it.each([Infinity, 10])('is the ceiling of %p until something throttles', (ceilingPerSecond) => {
    const rate = makeRate({ ceilingPerSecond });
    const endMs = acceptEvenly(rate, 100, START_MS, 2);
    expect(rate.perSecond(endMs)).toBe(ceilingPerSecond);
  });

  it('survives a clock that goes back', () => {
    const rate = makeRate();
    const endMs = acceptEvenly(rate, 100, START_MS, 2);
    rate.accepted(endMs - 1500);
    rate.throttled(endMs, endMs);
    expect(rate.perSecond(endMs - 1000)).toBe(rate.perSecond(endMs));
  });
});

describe('an adaptive rate that is throttled', () => {
  it('falls to one and a half times what was accepted when it was unlimited', () => {
    const [rate, atMs] = throttledAt(100);
    expect(rate.perSecond(atMs)).toBeCloseTo(1.5 * 100 * 0.97, 5);
  });

  it('falls by three per cent when it was kept for a while', () => {
    const [rate, atMs] = throttledAt(100);
    const endMs = acceptEvenly(rate, 140, atMs + 1, 2);
    const before = rate.perSecond(endMs);
    rate.throttled(endMs, endMs);
    expect(rate.perSecond(endMs)).toBeCloseTo(before * 0.97, 5);
  });

  it('falls to what was accepted when nobody had used it', () => {
    const [rate, atMs] = throttledAt(100);
    const endMs = acceptEvenly(rate, 30, atMs + 1, 5);
    rate.throttled(endMs, endMs);
    expect(rate.perSecond(endMs)).toBeCloseTo(1.5 * 30 * 0.97, 5);
  });

  it('falls towards what was accepted since when it is throttled again soon', () => {
    const [rate, atMs] = throttledAt(100);
    const before = rate.perSecond(atMs + 500);
    for (let i = 0; i < 10; i += 1) rate.accepted(atMs + 50 * i);
    rate.throttled(atMs + 500, atMs + 500);
    expect(rate.perSecond(atMs + 500)).toBeCloseTo(((10 + 10) / (0.5 + 10 / before)) * 0.97, 5);
  });

  it('takes a few requests that came late for soon, however long they took', () => {
    const [rate, atMs] = throttledAt(100);
    for (let i = 0; i < 19; i += 1) rate.accepted(atMs + 100 * i);
    const before = rate.perSecond(atMs + 2000);
    rate.throttled(atMs + 2000, atMs + 2000);
    expect(rate.perSecond(atMs + 2000)).toBeCloseTo(((19 + 10) / (2 + 10 / before)) * 0.97, 5);
  });

  it('never rises by being throttled', () => {
    const [rate, atMs] = throttledAt(100);
    for (let i = 0; i < 500; i += 1) rate.accepted(atMs + i / 10);
    const before = rate.perSecond(atMs + 50);
    rate.throttled(atMs + 50, atMs + 50);
    expect(rate.perSecond(atMs + 50)).toBeCloseTo(before * 0.97, 5);
  });

  it('falls once for all requests that were on their way when it fell', () => {
    const [rate, atMs] = throttledAt(100);
    const fallen = rate.perSecond(atMs + 5);
    expect(rate.throttled(atMs - 1, atMs + 5)).toBe(false);
    expect(rate.perSecond(atMs + 5)).toBe(fallen);
    expect(rate.throttled(atMs, atMs + 5)).toBe(true);
  });

  it('never falls below its floor', () => {
    const rate = makeRate();
    for (let i = 0; i < 50; i += 1) rate.throttled(START_MS + i, START_MS + i);
    expect(rate.perSecond(START_MS + 49)).toBe(0.5);
  });

  it('forgets what was accepted more than a second ago', () => {
    const rate = makeRate();
    const endMs = acceptEvenly(rate, 100, START_MS, 1);
    rate.accepted(endMs + 5000);
    rate.throttled(endMs + 5000, endMs + 5000);
    expect(rate.perSecond(endMs + 5000)).toBeCloseTo(1.5 * 0.97, 5);
  });

  it('measures a short burst over no less than a tenth of a second', () => {
    const rate = makeRate();
    for (let i = 0; i < 5; i += 1) rate.accepted(START_MS);
    rate.throttled(START_MS, START_MS);
    expect(rate.perSecond(START_MS)).toBeCloseTo(1.5 * 50 * 0.97, 5);
  });
});

describe('an adaptive rate after it was throttled', () => {
  it('stays nearly the same for some seconds, then grows faster and faster', () => {
    const [rate, atMs] = throttledAt(100);
    const base = rate.perSecond(atMs);
    const growth = [1, 2, 4, 6, 8].map((seconds) => rate.perSecond(atMs + seconds * 1000) / base);
    expect(growth.map((factor) => Number(factor.toFixed(3)))).toEqual([1.008, 1.032, 1.32, 3.912, 27.24]);
  });

  it('ends at its ceiling', () => {
    const [rate, atMs] = throttledAt(100, { ceilingPerSecond: 200 });
    expect(rate.perSecond(atMs + 3_600_000)).toBe(200);
  });

  it.each([
    ['20 requests', 2, 20_000 / (2 * 1.5 * 0.97)],
    ['ten seconds', 1, 10_000],
    ['a second', 100, 1000],
  ])('takes %s to begin growing when %p a second were accepted', (_name, perSecond, stepMs) => {
    const [rate, atMs] = throttledAt(perSecond);
    const base = rate.perSecond(atMs);
    expect(rate.perSecond(atMs + stepMs) / base).toBeCloseTo(1.008, 8);
  });

  it('grows without delay where nothing was accepted, however slow it had become', () => {
    const rate = makeRate();
    rate.throttled(START_MS, START_MS);
    expect(rate.perSecond(START_MS + 1000) / 0.5).toBeCloseTo(1.008, 8);
  });
});
