import type { Benchmark } from '../benchmark.ts';
import { makeBundles } from '../bundles.ts';
import { startPeers } from '../child/start-peers.ts';
import { bare, samples, worker } from '../subjects.ts';
import { measureLoad, type Bench } from './measure-load.ts';
import { measureMemory } from './measure-memory.ts';
import { makeNumbers } from './numbers.ts';
import { planLoads, planMemory } from './plan.ts';
import { compareMemory, compareRows } from './ratios.ts';
import type { Row } from './row.ts';
import { formatIngest, type IngestResult } from './show.ts';

/** How fast, and at what cost, objects become stored instances: the worker against the least and the usual. */
export const ingest: Benchmark = {
  name: 'ingest',
  summary: 'objects into the store: rates, CPU and memory of the worker, a bare and a usual function',
  async run(options) {
    const { concurrency, onProgress } = options;
    const bundles = await makeBundles();
    const peers = await startPeers();
    try {
      const bench: Bench = { serve: bundles.serve, peers, numbers: makeNumbers(), onProgress };
      const measured = worker(bundles, peers.ready);
      const subjects = [measured, bare(bundles, peers.ready), samples(bundles, peers.ready)];
      const rows: Row[] = [];
      for (const load of planLoads(options)) {
        rows.push(...(await measureLoad(bench, subjects, load, concurrency)));
      }
      const { small, large } = planMemory(options);
      const memory = compareMemory(
        await measureMemory(bench, measured, small),
        await measureMemory(bench, measured, large),
      );
      const result: IngestResult = { rows, ratios: compareRows(rows), memory };
      return {
        document: { ...result, concurrency },
        text: formatIngest(result, concurrency),
        failures: [
          ...rows.flatMap(({ rounds }) => rounds.flatMap(({ problems }) => problems)),
          ...memory.small.problems,
          ...memory.large.problems,
        ],
      };
    } finally {
      await peers.stop();
    }
  },
};
