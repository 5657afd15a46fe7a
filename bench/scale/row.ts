import { isMet, type Aim } from '../report/aim.ts';
import { judge, type Law, type Verdict } from './law.ts';
import type { Run } from './run.ts';

const MIB = 2 ** 20;

export const AIMS = {
  /** Of the smallest size's CPU time per instance. */
  cpu: { relation: 'at most', value: 1.25 },
  /** Of the memory at a tenth of the run. */
  memory: { relation: 'at most', value: 1.25 },
  peakMebibytes: { relation: 'less than', value: 250 },
} as const satisfies Record<string, Aim>;

/** What one size of a work has taken. */
export interface Row {
  readonly work: string;
  readonly size: number;
  readonly seconds: number;
  readonly instancesPerSecond: number;
  readonly requestsPerInstance: number;
  /** Of the kinds that each instance has its own of. */
  readonly ownRequestsPerInstance: number;
  readonly requests: readonly Verdict[];
  readonly cpuMsPerInstance: number;
  /** Of the smallest size's. */
  readonly cpuRatio: number;
  /** Of the peers and the benchmark. */
  readonly othersCpuMsPerInstance: number;
  /** The share of a core that the peers' process took: near 1, it is what bounds the rate. */
  readonly peersLoad: number;
  readonly memoryMebibytes: Readonly<Record<'tenth' | 'half' | 'end' | 'peak', number>>;
  /** Memory at the end, of that at a tenth. */
  readonly memoryRatio: number;
  readonly isMet: Readonly<Record<keyof typeof AIMS, boolean>>;
}

export function toRow(
  { name, laws }: { readonly name: string; readonly laws: readonly Law[] },
  size: number,
  run: Run,
  smallest: Row | undefined,
): Row {
  const requests = judge(laws, run.counts, size);
  // Instances that arrived are counted beside the requests that brought them.
  const asked = requests.filter(({ kind }) => kind !== 'stored');
  const sum = (verdicts: readonly Verdict[]): number =>
    verdicts.reduce((total, { counted }) => total + counted, 0);
  const cpuMsPerInstance = run.cpuMs / size;
  const cpuRatio = smallest === undefined ? 1 : cpuMsPerInstance / smallest.cpuMsPerInstance;
  const { tenth, half, end } = run.memory;
  const memoryRatio = end / tenth;
  const peak = run.peakMemoryBytes / MIB;
  return {
    work: name,
    size,
    seconds: run.elapsedMs / 1000,
    instancesPerSecond: (size / run.elapsedMs) * 1000,
    requestsPerInstance: sum(asked) / size,
    ownRequestsPerInstance: sum(asked.filter(({ isPerObject }) => isPerObject)) / size,
    requests,
    cpuMsPerInstance,
    cpuRatio,
    othersCpuMsPerInstance: (run.peersCpuMs + run.ownCpuMs) / size,
    peersLoad: run.peersCpuMs / run.elapsedMs,
    memoryMebibytes: { tenth: tenth / MIB, half: half / MIB, end: end / MIB, peak },
    memoryRatio,
    isMet: {
      cpu: isMet(AIMS.cpu, cpuRatio),
      memory: isMet(AIMS.memory, memoryRatio),
      peakMebibytes: isMet(AIMS.peakMebibytes, peak),
    },
  };
}

/** A law that is not kept, in a sentence. */
export function* brokenLaws({ work, size, requests }: Row): Generator<string> {
  for (const { kind, words, isBound, expected, counted, isKept } of requests) {
    if (isKept) continue;
    yield `${work} of ${size}: ${counted} requests "${kind}", where ${isBound ? 'at most ' : ''}${expected} are right (${words}).`;
  }
}
