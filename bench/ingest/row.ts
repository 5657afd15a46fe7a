import { median } from '../report/median.ts';
import type { Load } from './plan.ts';
import type { Round } from './round.ts';

/** What was found of one function under one load. Rates and times are medians over the rounds. */
export interface Row {
  readonly size: string;
  readonly sizeBytes: number;
  readonly latencyMs: number;
  readonly function: string;
  readonly instancesPerSecond: number;
  /** Millions of bytes. */
  readonly megabytesPerSecond: number;
  readonly cpuMsPerInstance: number;
  readonly surroundingsCpuMsPerInstance: number;
  /** Since the process was started, warm-up included. */
  readonly peakMemoryBytes: number;
  readonly requestsPerInstance: Readonly<Record<'get' | 'post' | 'publish' | 'state', number>>;
  readonly failures: number;
  readonly rounds: readonly Round[];
}

export function toRow(load: Load, name: string, rounds: readonly Round[], peakMemoryBytes: number): Row {
  const perSecond = median(rounds.map(({ objects, elapsedMs }) => (objects / elapsedMs) * 1000));
  const total = rounds.reduce((sum, { objects }) => sum + objects, 0);
  const perInstance = (kind: keyof Row['requestsPerInstance']): number =>
    rounds.reduce((sum, { counts }) => sum + counts[kind], 0) / total;
  return {
    size: load.size,
    sizeBytes: load.sizeBytes,
    latencyMs: load.latencyMs,
    function: name,
    instancesPerSecond: perSecond,
    megabytesPerSecond: (perSecond * load.sizeBytes) / 1e6,
    cpuMsPerInstance: median(rounds.map(({ cpuMs, objects }) => cpuMs / objects)),
    surroundingsCpuMsPerInstance: median(
      rounds.map(({ surroundingsCpuMs, objects }) => surroundingsCpuMs / objects),
    ),
    peakMemoryBytes,
    requestsPerInstance: {
      get: perInstance('get'),
      post: perInstance('post'),
      publish: perInstance('publish'),
      state: perInstance('state'),
    },
    failures: rounds.reduce((sum, { failures }) => sum + failures, 0),
    rounds,
  };
}
