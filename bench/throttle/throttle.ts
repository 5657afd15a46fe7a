import type { Benchmark, Drawing } from '../benchmark.ts';
import { makeBundles } from '../bundles.ts';
import { startPeers } from '../child/start-peers.ts';
import { drawCurves } from '../report/curve.ts';
import { formatPercent } from '../report/percent.ts';
import { fixedConcurrency, worker } from '../subjects.ts';
import { measureLaneCost } from './lane-cost.ts';
import { measureScenario, objectsAtMost, type ThrottleRow } from './measure-scenario.ts';
import { AIMS, planScenarios, type Scenario } from './plan.ts';
import { formatThrottle } from './show.ts';

/** How fully a quota is used, and how often it is run into: the worker against a fixed concurrency. */
export const throttle: Benchmark = {
  name: 'throttle',
  summary: 'a store with a quota: goodput, refused requests and losses of the worker and of plain p-retry',
  async run({ isQuick, objects, onProgress }) {
    const cost = await measureLaneCost();
    const bundles = await makeBundles();
    const peers = await startPeers();
    const rows: ThrottleRow[] = [];
    const drawings: Drawing[] = [];
    let first = 0;
    try {
      const subjects = [worker(bundles, peers.ready), fixedConcurrency(bundles, peers.ready)];
      for (const scenario of planScenarios({ isQuick, ...(objects === undefined ? {} : { objects }) })) {
        const found: ThrottleRow[] = [];
        for (const subject of subjects) {
          onProgress(`${scenario.name}, ${subject.name}`);
          found.push(await measureScenario({ serve: bundles.serve, peers }, subject, scenario, first));
          first += objectsAtMost(scenario);
        }
        rows.push(...found);
        drawings.push(draw(scenario, found));
      }
    } finally {
      await peers.stop();
    }
    return {
      document: { rows, laneCost: cost, aims: AIMS },
      text: formatThrottle(rows, cost),
      failures: rows.filter((row) => row.function === 'worker').flatMap(failuresOf),
      drawings,
    };
  },
};

/** The worker may lose nothing and leave nothing, however slow the machine. */
function failuresOf(row: ThrottleRow): string[] {
  const where = `worker, ${row.quota}, ${row.latencyMs} ms`;
  return [
    row.lost === 0 ? undefined : `${where}: ${row.lost} objects were acknowledged, but not stored.`,
    row.deadLetters === 0 ? undefined : `${where}: ${row.deadLetters} messages became dead letters.`,
    row.unfinished === 0 ? undefined : `${where}: ${row.unfinished} messages were not settled in time.`,
  ].filter((failure) => failure !== undefined);
}

function draw(
  { quota, name, latencyMs, retryAfterSeconds, phases }: Scenario,
  rows: readonly ThrottleRow[],
): Drawing {
  const retryAfter = retryAfterSeconds === null ? 'no Retry-After' : `Retry-After: ${retryAfterSeconds}`;
  const panels = rows.map((row) => ({
    title: `${row.function}: goodput ${formatPercent(row.goodput)}, refused ${formatPercent(row.refusedShare)}`,
    timeline: row.timeline,
  }));
  const endMs = phases.at(-1)?.toMs ?? 0;
  return {
    name: `throttle-${name}`,
    svg: drawCurves(`${quota}, ${latencyMs} ms, ${retryAfter}`, panels, phases, endMs),
  };
}
