import type { BenchmarkOptions } from '../benchmark.ts';
import { placePhases, type Phase, type PlacedPhase } from '../quota/phase.ts';
import type { Aim } from '../report/aim.ts';

/** A store with a quota, and the objects that are carried into it. */
export interface Scenario {
  /** The quota in words. */
  readonly quota: string;
  /** For files. */
  readonly name: string;
  readonly phases: readonly PlacedPhase[];
  readonly latencyMs: number;
  readonly retryAfterSeconds: number | null;
  /** As many objects; undefined for as many as come until the last phase has ended. */
  readonly objects: number | undefined;
  /** When a run is broken off. */
  readonly limitMs: number;
}

export const SIZE_BYTES = 64 * 1024;

/** What the bucket holds, in seconds of the quota. */
const BURST_SECONDS = 1;
const LATENCIES_MS = [5, 50];
const RETRY_AFTER_SECONDS = [null, 1];
/** Left after the last object could have been stored, for what is tried again late. */
const GRACE_MS = 30_000;

interface Quota {
  readonly quota: string;
  readonly name: string;
  readonly phases: readonly Phase[];
  readonly objects: number | undefined;
}

function phase(perSecond: number, seconds: number): Phase {
  return { perSecond, burst: perSecond * BURST_SECONDS, lengthMs: seconds * 1000 };
}

const QUOTAS: readonly Quota[] = [
  { quota: '50/s', name: '50', phases: [phase(50, 40)], objects: 2000 },
  {
    quota: '200, 20, 200/s',
    name: '200-20-200',
    phases: [phase(200, 15), phase(20, 20), phase(200, 20)],
    objects: undefined,
  },
];

/** All scenarios, or with `isQuick` those of 5 ms with `Retry-After`. */
export function planScenarios({
  isQuick,
  objects,
}: Pick<BenchmarkOptions, 'isQuick' | 'objects'>): Scenario[] {
  return QUOTAS.flatMap(({ name, phases, ...quota }) =>
    LATENCIES_MS.flatMap((latencyMs) =>
      RETRY_AFTER_SECONDS.map((retryAfterSeconds): Scenario => {
        const placed = placePhases(phases);
        return {
          ...quota,
          objects: objects ?? quota.objects,
          name: `${name}-${latencyMs}ms${retryAfterSeconds === null ? '' : '-retry-after'}`,
          phases: placed,
          latencyMs,
          retryAfterSeconds,
          limitMs: (placed.at(-1)?.toMs ?? 0) + GRACE_MS,
        };
      }),
    ),
  ).filter(({ latencyMs, retryAfterSeconds }) => !isQuick || (latencyMs === 5 && retryAfterSeconds !== null));
}

export const AIMS = {
  goodput: { relation: 'at least', value: 0.97 },
  refusedShare: { relation: 'at most', value: 0.05 },
  lost: { relation: 'at most', value: 0 },
  deadLetters: { relation: 'at most', value: 0 },
  secondsToUse: { relation: 'at most', value: 10 },
} as const satisfies Record<string, Aim>;
