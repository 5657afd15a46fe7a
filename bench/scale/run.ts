import type { FunctionChild } from '../child/start-function.ts';
import { watchMemory, type MemoryCourse } from '../child/watch-memory.ts';

/** What the peers say of themselves. */
export interface PeersUse {
  readonly cpuMs: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** What one function did and used for one size of a work. */
export interface Run {
  readonly elapsedMs: number;
  /** User and system time of the function's process. */
  readonly cpuMs: number;
  readonly peersCpuMs: number;
  /** Of the benchmark itself, which pushes. */
  readonly ownCpuMs: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly memory: MemoryCourse;
  readonly peakMemoryBytes: number;
}

/** Measures a function, its peers and this process while the work goes on. */
export async function measureRun(
  child: FunctionChild,
  askPeers: () => Promise<PeersUse>,
  work: () => Promise<void>,
): Promise<Run> {
  const peersBefore = await askPeers();
  const before = await child.ask(null);
  const ownBefore = process.cpuUsage();
  const startedAt = performance.now();
  const watch = watchMemory(child);
  await work();
  const elapsedMs = performance.now() - startedAt;
  const { course, usage } = await watch.stop();
  const own = process.cpuUsage(ownBefore);
  const peersAfter = await askPeers();
  return {
    elapsedMs,
    cpuMs: usage.cpuMs - before.cpuMs,
    peersCpuMs: peersAfter.cpuMs - peersBefore.cpuMs,
    ownCpuMs: (own.user + own.system) / 1000,
    counts: Object.fromEntries(
      Object.entries(peersAfter.counts).map(([kind, count]) => [
        kind,
        count - (peersBefore.counts[kind] ?? 0),
      ]),
    ),
    memory: course,
    peakMemoryBytes: usage.peakMemoryBytes,
  };
}
