import type { Benchmark } from '../benchmark.ts';
import { isMet } from '../report/aim.ts';
import { formatPercent } from '../report/percent.ts';
import { formatTable } from '../report/table.ts';
import { AIMS, FLEET_SIZES, LENGTH_MS, PLANS, SEEDS } from './plan.ts';
import { measureFleet, type FleetRow } from './row.ts';

const NOTES = `A simulation: the worker's own retry layer and lanes on a virtual clock, around them delays and one token bucket. There is
always a next delivery. Of ${SEEDS.length} simulations of ${LENGTH_MS / 1000} s each (with --quick of one) the worst is shown, counted after the first 30 s.
goodput: stored, of what the quota allows. refused: requests answered 429. fairness: Jain's index. least: what the worker
with the least has carried, of an even share. given back: deliveries that went back to the queue within the budget.
sized: by the rule of docs/operations.md; the aims (goodput ≥ 97 %, refused ≤ 5 %) are for these.`;

/** How workers that know nothing of each other share one quota. */
export const fleet: Benchmark = {
  name: 'fleet',
  summary: 'simulation: 1 to 20 workers on one quota; goodput, fairness, refused requests',
  async run({ isQuick, onProgress }) {
    const seeds = isQuick ? SEEDS.slice(0, 1) : SEEDS;
    const rows: FleetRow[] = [];
    for (const plan of PLANS) {
      onProgress(`${plan.name}, ${plan.concurrency} deliveries at a time each`);
      for (const workers of FLEET_SIZES) rows.push(await measureFleet(plan, workers, seeds));
    }
    const missed = rows.filter((row) => row.isSized && !meetsAims(row));
    const verdict = `aims missed by ${missed.length} of ${rows.filter(({ isSized }) => isSized).length} sized fleets`;
    return {
      document: { rows, aims: AIMS },
      text: `fleet\n\n${formatTable([HEADING, ...rows.map(rowLine)])}\n\n${verdict}\n\n${NOTES}`,
      failures: [],
    };
  },
};

function meetsAims(row: FleetRow): boolean {
  return isMet(AIMS.goodput, row.goodput) && isMet(AIMS.refusedShare, row.refusedShare);
}

const HEADING = [
  ...['quota', 'workers', 'deliveries', 'each/s', 'goodput', 'refused', 'fairness', 'least', 'given back'],
  ...['sized', 'aims'],
];

function rowLine(row: FleetRow): string[] {
  return [
    row.quota,
    String(row.workers),
    String(row.deliveries),
    String(Number(row.perWorkerPerSecond.toPrecision(3))),
    formatPercent(row.goodput),
    formatPercent(row.refusedShare),
    row.fairness.toFixed(2),
    formatPercent(row.leastShare),
    formatPercent(row.givenBackShare),
    row.isSized ? 'yes' : 'no',
    row.isSized ? (meetsAims(row) ? 'met' : 'missed') : '',
  ];
}
