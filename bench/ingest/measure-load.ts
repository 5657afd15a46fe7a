import type { Peers } from '../child/start-peers.ts';
import type { Subject } from '../subjects.ts';
import type { Numbers } from './numbers.ts';
import { LARGEST_WARM_UP_BYTES, type Load } from './plan.ts';
import { runRound, type Round, type Running } from './round.ts';
import { toRow, type Row } from './row.ts';
import { withFunctions } from './running.ts';

export interface Bench {
  readonly serve: string;
  readonly peers: Peers;
  readonly numbers: Numbers;
  readonly onProgress: (text: string) => void;
}

/**
 * Measures the functions under one load, each in a fresh process, in turns: whatever else the machine does meanwhile
 * falls on all of them. Every round begins with another one.
 */
export function measureLoad(
  bench: Bench,
  subjects: readonly Subject[],
  load: Load,
  concurrency: number,
): Promise<Row[]> {
  return withFunctions(bench.serve, subjects, concurrency, async (running) => {
    const rounds = new Map<Running, Round[]>(running.map((one) => [one, []]));
    await warmUp(bench, running, load);
    await bench.peers.ask({ latencyMs: load.latencyMs });
    for (let round = 0; round < load.rounds; round += 1) {
      const { size, latencyMs, objects, sizeBytes } = load;
      bench.onProgress(`${size}, ${latencyMs} ms, round ${round + 1} of ${load.rounds}`);
      for (let turn = 0; turn < running.length; turn += 1) {
        const one = running[(turn + round) % running.length];
        if (one === undefined) continue;
        const first = bench.numbers.take(objects);
        rounds.get(one)?.push(await runRound(one, bench.peers, { first, objects, sizeBytes }));
      }
    }
    const rows: Row[] = [];
    for (const [{ name, child }, found] of rounds) {
      rows.push(toRow(load, name, found, (await child.ask(null)).peakMemoryBytes));
    }
    return rows;
  });
}

/** Lets the compiler see what it will be given, and opens the connections. @throws Error when anything fails. */
async function warmUp({ peers, numbers }: Bench, running: readonly Running[], load: Load): Promise<void> {
  await peers.ask({ latencyMs: 0 });
  const sizeBytes = Math.min(load.sizeBytes, LARGEST_WARM_UP_BYTES);
  for (const one of running) {
    const first = numbers.take(load.warmUpObjects);
    const { problems } = await runRound(one, peers, { first, objects: load.warmUpObjects, sizeBytes });
    if (problems.length > 0) throw new Error(problems.join('\n'));
  }
}
