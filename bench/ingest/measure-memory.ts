import type { Subject } from '../subjects.ts';
import type { Bench } from './measure-load.ts';
import { MEMORY_CONCURRENCY, type MemoryLoad } from './plan.ts';
import { runRound } from './round.ts';
import { withFunctions } from './running.ts';

/** The memory a fresh process took at its peak to carry some objects. */
export interface Memory extends MemoryLoad {
  readonly concurrency: number;
  readonly peakMemoryBytes: number;
  readonly failures: number;
  readonly problems: readonly string[];
}

export function measureMemory(bench: Bench, subject: Subject, load: MemoryLoad): Promise<Memory> {
  bench.onProgress(`memory of ${subject.name}, ${load.size}`);
  return withFunctions(bench.serve, [subject], MEMORY_CONCURRENCY, async ([running]) => {
    if (running === undefined) throw new Error(`${subject.name} is not running.`);
    await bench.peers.ask({ latencyMs: 0 });
    const first = bench.numbers.take(load.objects);
    const { failures, problems } = await runRound(running, bench.peers, { ...load, first });
    const { peakMemoryBytes } = await running.child.ask(null);
    return { ...load, concurrency: MEMORY_CONCURRENCY, peakMemoryBytes, failures, problems };
  });
}
