import { describe, expect, it } from '@jest/globals';
import { fairness, goodput, refusedShare, timeToUse } from '../../bench/quota/judge.ts';
import { placePhases, type Phase } from '../../bench/quota/phase.ts';
import { countBetween } from '../../bench/quota/timeline.ts';
import { simulateFleet, type FleetScenario } from '../../bench/simulation/simulate-fleet.ts';

// The worker's lane against token buckets, on a virtual clock and with dice that always fall alike: these figures are the
// same on every machine. The bounds are what src/retry/rate.ts was tuned for.

const LENGTH_MS = 60_000;
const SETTLED_MS = 20_000;

function scenario(phases: readonly Phase[], changes: Partial<FleetScenario> = {}): FleetScenario {
  const lengthMs = phases.reduce((sum, phase) => sum + phase.lengthMs, 0);
  return {
    workers: 1,
    concurrency: 100,
    phases,
    lengthMs,
    latencyMs: 5,
    retryAfterMs: undefined,
    seed: 1,
    ...changes,
  };
}

const quota = (perSecond: number, burst: number, lengthMs = LENGTH_MS): Phase => ({
  perSecond,
  burst,
  lengthMs,
});

const LATENCIES_MS = [5, 50];
const RETRY_AFTERS_MS = [undefined, 1000];

// Buckets of a tenth of a second, of a second and of ten; below three requests nobody could pace exactly enough.
const STEADY = [5, 20, 50, 200].flatMap((perSecond) =>
  [0.1, 1, 10].flatMap((seconds) =>
    LATENCIES_MS.flatMap((latencyMs) =>
      RETRY_AFTERS_MS.map((retryAfterMs) => ({
        perSecond,
        burst: Math.max(3, perSecond * seconds),
        latencyMs,
        retryAfterMs,
      })),
    ),
  ),
);

describe('a lane under a quota that stays', () => {
  it.each(STEADY)(
    'uses $perSecond/s with a bucket of $burst at $latencyMs ms, Retry-After $retryAfterMs ms, and is seldom refused',
    async ({ perSecond, burst, latencyMs, retryAfterMs }) => {
      const phases = [quota(perSecond, burst)];
      const { timeline } = await simulateFleet(scenario(phases, { latencyMs, retryAfterMs }));
      const placed = placePhases(phases);
      expect(goodput(timeline, placed, LENGTH_MS, SETTLED_MS)).toBeGreaterThanOrEqual(0.97);
      expect(refusedShare(timeline, SETTLED_MS)).toBeLessThanOrEqual(0.05);
    },
  );

  it('gives the same result every time', async () => {
    const same = scenario([quota(50, 5, 20_000)], { latencyMs: 50 });
    expect(await simulateFleet(same)).toEqual(await simulateFleet(same));
  });
});

const CHANGING = [0.1, 1].flatMap((seconds) =>
  LATENCIES_MS.flatMap((latencyMs) =>
    RETRY_AFTERS_MS.flatMap((retryAfterMs) =>
      [1, 2].map((seed) => ({ seconds, latencyMs, retryAfterMs, seed })),
    ),
  ),
);

describe('a lane under a quota that falls and rises', () => {
  it.each(CHANGING)(
    'finds 20/s and 200/s again: bucket $seconds s, $latencyMs ms, Retry-After $retryAfterMs ms, dice $seed',
    async ({ seconds, latencyMs, retryAfterMs, seed }) => {
      const phases = [
        quota(200, 200 * seconds, 15_000),
        quota(20, Math.max(3, 20 * seconds), 20_000),
        quota(200, 200 * seconds, 20_000),
      ];
      const { timeline, givenBack } = await simulateFleet(
        scenario(phases, { latencyMs, retryAfterMs, seed }),
      );
      const placed = placePhases(phases);
      const [, fallen, risen] = placed;
      if (fallen === undefined || risen === undefined) throw new Error('The plan has three phases.');
      // A bucket of three requests cannot be kept as full as one of twenty.
      expect(goodput(timeline, placed, risen.toMs)).toBeGreaterThanOrEqual(seconds < 1 ? 0.95 : 0.97);
      expect(countBetween(timeline.accepted, fallen.fromMs, fallen.toMs)).toBeGreaterThanOrEqual(0.95 * 400);
      expect(refusedShare(timeline)).toBeLessThanOrEqual(0.05);
      expect(timeToUse(timeline, risen)).toBeLessThanOrEqual(10_000);
      expect(givenBack).toBe(0);
    },
  );
});

describe('a lane under a store that is closed for a while', () => {
  it.each([
    [3, undefined],
    [3, 1000],
    [10, 5000],
    [30, undefined],
    [30, 5000],
  ])(
    'asks seldom for %p s (Retry-After %p ms), and is back within ten seconds',
    async (seconds, retryAfterMs) => {
      const phases = [quota(50, 5, 20_000), quota(1e-9, 1, seconds * 1000), quota(50, 5, 30_000)];
      const { timeline } = await simulateFleet(scenario(phases, { latencyMs: 20, retryAfterMs }));
      const [, closed, open] = placePhases(phases);
      if (closed === undefined || open === undefined) throw new Error('The plan has three phases.');
      expect(timeToUse(timeline, open)).toBeLessThanOrEqual(10_000);
      expect(countBetween(timeline.refused, closed.fromMs, closed.toMs)).toBeLessThanOrEqual(25 + seconds);
    },
  );
});

describe('lanes that share a quota and know nothing of each other', () => {
  it.each([
    [2, 50],
    [5, 50],
    [10, 100],
  ])('use it fully, %p of them on %p/s, and none of them starves', async (workers, perSecond) => {
    const phases = [quota(perSecond, perSecond, 100_000)];
    const { timeline, acceptedByWorker, givenBack } = await simulateFleet(
      scenario(phases, { workers, concurrency: 8, latencyMs: 50 }),
      SETTLED_MS,
    );
    const evenShare = (perSecond * 80) / workers;
    expect(goodput(timeline, placePhases(phases), 100_000, SETTLED_MS)).toBeGreaterThanOrEqual(0.97);
    expect(refusedShare(timeline, SETTLED_MS)).toBeLessThanOrEqual(0.05);
    expect(Math.min(...acceptedByWorker)).toBeGreaterThan(0.1 * evenShare);
    expect(fairness(acceptedByWorker)).toBeGreaterThan(0.5);
    expect(givenBack).toBe(0);
  });
});
