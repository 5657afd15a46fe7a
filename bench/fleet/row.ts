import { fairness, goodput, refusedShare } from '../quota/judge.ts';
import { placePhases } from '../quota/phase.ts';
import { simulateFleet, type FleetResult } from '../simulation/simulate-fleet.ts';
import { COUNT_FROM_MS, LENGTH_MS, type FleetPlan } from './plan.ts';

const CALLS_PER_OBJECT = 2;
/** Of what would just do: an object that takes longer leaves room for others. */
const SPARE = 1.5;
/** A sixth of the retry budget, since what is refused queues again. */
const LONGEST_WAIT_SECONDS = 5;
/** Below, every probe of a lane for more is a large part of its requests. */
const LEAST_PER_WORKER_PER_SECOND = 5;

/** What was found of a number of workers on one quota: of several simulations always the worst. */
export interface FleetRow {
  readonly quota: string;
  readonly workers: number;
  /** Of all workers together. */
  readonly deliveries: number;
  readonly perWorkerPerSecond: number;
  readonly goodput: number;
  readonly refusedShare: number;
  /** Jain's index. */
  readonly fairness: number;
  /** What the worker with the least has carried, as a part of an even share. */
  readonly leastShare: number;
  readonly givenBackShare: number;
  /** Whether the fleet is sized by the rule of docs/operations.md. */
  readonly isSized: boolean;
}

/** The rule of docs/operations.md, "Sizing for a quota". */
function isSizedFor({ perSecond, latencyMs, concurrency }: FleetPlan, workers: number): boolean {
  const deliveries = workers * concurrency;
  const secondsPerObject = (CALLS_PER_OBJECT * latencyMs) / 1000;
  return (
    workers <= perSecond / LEAST_PER_WORKER_PER_SECOND &&
    deliveries >= SPARE * perSecond * secondsPerObject &&
    deliveries <= perSecond * (secondsPerObject + LONGEST_WAIT_SECONDS)
  );
}

export async function measureFleet(
  plan: FleetPlan,
  workers: number,
  seeds: readonly number[],
): Promise<FleetRow> {
  const { name, perSecond, burstSeconds, latencyMs, concurrency } = plan;
  const phases = [{ perSecond, burst: Math.max(1, perSecond * burstSeconds), lengthMs: LENGTH_MS }];
  const found: FleetRow[] = [];
  for (const seed of seeds) {
    const scenario = {
      workers,
      concurrency,
      phases,
      latencyMs,
      lengthMs: LENGTH_MS,
      retryAfterMs: undefined,
      seed,
    };
    const result = await simulateFleet(scenario, COUNT_FROM_MS);
    found.push({
      quota: name,
      workers,
      deliveries: workers * concurrency,
      perWorkerPerSecond: perSecond / workers,
      isSized: isSizedFor(plan, workers),
      goodput: goodput(result.timeline, placePhases(phases), LENGTH_MS, COUNT_FROM_MS),
      refusedShare: refusedShare(result.timeline, COUNT_FROM_MS),
      ...sharesOf(result),
    });
  }
  return worstOf(found);
}

function sharesOf({
  acceptedByWorker,
  givenBack,
  timeline,
}: FleetResult): Pick<FleetRow, 'fairness' | 'leastShare' | 'givenBackShare'> {
  const carried = acceptedByWorker.reduce((sum, count) => sum + count, 0);
  const accepted = timeline.accepted.reduce((sum, count) => sum + count, 0);
  return {
    fairness: fairness(acceptedByWorker),
    leastShare: Math.min(...acceptedByWorker) / (carried / acceptedByWorker.length),
    givenBackShare: givenBack / (givenBack + accepted),
  };
}

function worstOf(rows: readonly FleetRow[]): FleetRow {
  const [first] = rows;
  if (first === undefined) throw new RangeError('Nothing was simulated.');
  const least = (key: 'goodput' | 'fairness' | 'leastShare'): number =>
    Math.min(...rows.map((row) => row[key]));
  const most = (key: 'refusedShare' | 'givenBackShare'): number => Math.max(...rows.map((row) => row[key]));
  return {
    ...first,
    goodput: least('goodput'),
    fairness: least('fairness'),
    leastShare: least('leastShare'),
    refusedShare: most('refusedShare'),
    givenBackShare: most('givenBackShare'),
  };
}
