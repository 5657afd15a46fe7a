import { isMet, type Aim } from '../report/aim.ts';
import { aimAgainst, MEMORY_AIMS } from './plan.ts';
import type { Memory } from './measure-memory.ts';
import type { Row } from './row.ts';

/** How the worker compares with another function under the same load. */
export interface Ratio {
  readonly size: string;
  readonly latencyMs: number;
  readonly against: string;
  /** Instances a second of the worker, divided by those of the other. */
  readonly instancesPerSecond: number;
  /** The same of CPU time per instance. */
  readonly cpuPerInstance: number;
  /** Of instances a second. */
  readonly aim?: Aim;
  readonly isMet?: boolean;
}

export function compareRows(rows: readonly Row[]): Ratio[] {
  return rows
    .filter((row) => row.function === 'worker')
    .flatMap((worker) =>
      rows
        .filter((row) => row.sizeBytes === worker.sizeBytes && row.latencyMs === worker.latencyMs)
        .filter((row) => row !== worker)
        .map((other) => compare(worker, other)),
    );
}

function compare(worker: Row, other: Row): Ratio {
  const instancesPerSecond = worker.instancesPerSecond / other.instancesPerSecond;
  const aim = aimAgainst(other.function, worker.sizeBytes);
  return {
    size: worker.size,
    latencyMs: worker.latencyMs,
    against: other.function,
    instancesPerSecond,
    cpuPerInstance: worker.cpuMsPerInstance / other.cpuMsPerInstance,
    ...(aim === undefined ? {} : { aim, isMet: isMet(aim, instancesPerSecond) }),
  };
}

/** What size does to the memory of the worker. */
export interface MemoryComparison {
  readonly small: Memory;
  readonly large: Memory;
  readonly ratio: number;
  readonly aims: typeof MEMORY_AIMS;
  readonly isMet: { readonly ratio: boolean; readonly largeMib: boolean };
}

export function compareMemory(small: Memory, large: Memory): MemoryComparison {
  const ratio = large.peakMemoryBytes / small.peakMemoryBytes;
  return {
    small,
    large,
    ratio,
    aims: MEMORY_AIMS,
    isMet: {
      ratio: isMet(MEMORY_AIMS.ratio, ratio),
      largeMib: isMet(MEMORY_AIMS.largeMib, large.peakMemoryBytes / 2 ** 20),
    },
  };
}
