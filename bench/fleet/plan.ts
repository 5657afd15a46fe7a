import type { Aim } from '../report/aim.ts';

/** Fleets of every size in {@link FLEET_SIZES} on one quota. */
export interface FleetPlan {
  readonly name: string;
  readonly perSecond: number;
  /** What the bucket holds, in seconds of the quota. */
  readonly burstSeconds: number;
  /** Of each of the two calls that carry an object. */
  readonly latencyMs: number;
  /** Deliveries at a time in each worker. */
  readonly concurrency: number;
}

export const FLEET_SIZES = [1, 2, 5, 10, 20];

/** As many simulations a row, with other dice each; figures are the worst of them. */
export const SEEDS = [1, 2, 3];

export const LENGTH_MS = 150_000;
/** Counted from here on: instances have started long before. */
export const COUNT_FROM_MS = 30_000;

export const PLANS: readonly FleetPlan[] = [
  { name: '50/s', perSecond: 50, burstSeconds: 1, latencyMs: 50, concurrency: 8 },
  { name: '50/s, small bucket', perSecond: 50, burstSeconds: 0.1, latencyMs: 50, concurrency: 8 },
  { name: '50/s, slow store', perSecond: 50, burstSeconds: 1, latencyMs: 500, concurrency: 8 },
  { name: '50/s, 32 each', perSecond: 50, burstSeconds: 1, latencyMs: 50, concurrency: 32 },
  { name: '200/s', perSecond: 200, burstSeconds: 1, latencyMs: 50, concurrency: 8 },
  { name: '600/min', perSecond: 10, burstSeconds: 1, latencyMs: 50, concurrency: 8 },
];

export const AIMS = {
  goodput: { relation: 'at least', value: 0.97 },
  refusedShare: { relation: 'at most', value: 0.05 },
} as const satisfies Record<string, Aim>;
