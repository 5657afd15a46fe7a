import type { BenchmarkOptions } from '../benchmark.ts';
import type { Aim } from '../report/aim.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** What is measured in one group of rows: objects of one size, at one latency. */
export interface Load {
  /** The size in words. */
  readonly size: string;
  readonly sizeBytes: number;
  /** How long each answer of the peers is held back. */
  readonly latencyMs: number;
  /** Objects each function carries in a round. */
  readonly objects: number;
  /** Carried before the first round; they count for peak memory and for nothing else. */
  readonly warmUpObjects: number;
  readonly rounds: number;
}

/** What is carried by a fresh process to see how much memory it takes. */
export interface MemoryLoad {
  readonly size: string;
  readonly sizeBytes: number;
  readonly objects: number;
}

const LATENCIES_MS = [0, 50];

/** A warm-up object is of its load's size, but no larger than this. */
export const LARGEST_WARM_UP_BYTES = MIB;

interface Size {
  readonly size: string;
  readonly sizeBytes: number;
  readonly isInQuick: boolean;
  readonly warmUpObjects: number;
  /** What each round carries and how many there are, by the index of the latency. */
  readonly rounds: readonly { readonly objects: number; readonly count: number }[];
  readonly aimAgainstBare?: number;
}

// As many objects as keep the whole run near four minutes on two cores, and each round long enough to mean something.
const SIZES: readonly Size[] = [
  {
    size: '10 KiB',
    sizeBytes: 10 * KIB,
    isInQuick: true,
    warmUpObjects: 400,
    rounds: [
      { objects: 1200, count: 3 },
      { objects: 120, count: 3 },
    ],
  },
  {
    size: '512 KiB',
    sizeBytes: 512 * KIB,
    isInQuick: true,
    warmUpObjects: 200,
    rounds: [
      { objects: 480, count: 3 },
      { objects: 120, count: 3 },
    ],
    aimAgainstBare: 0.8,
  },
  {
    size: '50 MiB',
    sizeBytes: 50 * MIB,
    isInQuick: true,
    warmUpObjects: 50,
    rounds: [
      { objects: 16, count: 3 },
      { objects: 8, count: 3 },
    ],
    aimAgainstBare: 0.95,
  },
  {
    size: '2 GiB',
    sizeBytes: 2 * GIB,
    isInQuick: false,
    warmUpObjects: 50,
    rounds: [
      { objects: 1, count: 2 },
      { objects: 1, count: 1 },
    ],
    aimAgainstBare: 0.95,
  },
];

const QUICK = { rounds: 1, shareOfObjects: 0.25, warmUpObjects: 20 };

/** The loads of a run, in order. */
export function planLoads({ isQuick, objects }: BenchmarkOptions): Load[] {
  return LATENCIES_MS.flatMap((latencyMs, index) =>
    SIZES.filter(({ isInQuick }) => isInQuick || !isQuick).map(
      ({ size, sizeBytes, warmUpObjects, rounds }) => {
        const planned = rounds[index] ?? { objects: 1, count: 1 };
        const warmUp = isQuick ? Math.min(QUICK.warmUpObjects, warmUpObjects) : warmUpObjects;
        return {
          size,
          sizeBytes,
          latencyMs,
          objects: objects ?? (isQuick ? Math.ceil(planned.objects * QUICK.shareOfObjects) : planned.objects),
          warmUpObjects: Math.min(objects ?? Infinity, warmUp),
          rounds: isQuick ? QUICK.rounds : planned.count,
        };
      },
    ),
  );
}

/** As many at a time, whatever their size. */
export const MEMORY_CONCURRENCY = 2;

/** Small objects, then large ones. There are enough small ones for the process to reach its working size. */
export function planMemory({ isQuick, objects }: BenchmarkOptions): { small: MemoryLoad; large: MemoryLoad } {
  return {
    small: { size: '1 MiB', sizeBytes: MIB, objects: objects ?? 512 },
    large: isQuick
      ? { size: '50 MiB', sizeBytes: 50 * MIB, objects: objects ?? 4 }
      : { size: '2 GiB', sizeBytes: 2 * GIB, objects: objects ?? 2 },
  };
}

/** What the worker's rate should be of that of the other function, at this size. */
export function aimAgainst(baseline: string, sizeBytes: number): Aim | undefined {
  if (baseline === 'samples') return { relation: 'more than', value: 1 };
  const value = SIZES.find((one) => one.sizeBytes === sizeBytes)?.aimAgainstBare;
  return value === undefined ? undefined : { relation: 'at least', value };
}

export const MEMORY_AIMS = {
  ratio: { relation: 'at most', value: 1.3 },
  largeMib: { relation: 'less than', value: 200 },
} as const satisfies Record<string, Aim>;
