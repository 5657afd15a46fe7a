import { ThrottledError } from '../../src/domain/errors.ts';
import type { Logger } from '../../src/ports/logger.ts';
import { DEFAULT_LANE_SETTINGS } from '../../src/retry/lane.ts';
import { DEFAULT_RETRY_POLICY } from '../../src/retry/policy.ts';
import { makeAttempts } from '../../src/usecases/attempts.ts';
import type { Invocation } from '../../src/usecases/invocation.ts';
import { makeLanes } from '../../src/usecases/lanes.ts';
import type { Phase } from '../quota/phase.ts';
import { QuotaGate } from '../quota/quota-gate.ts';
import type { Timeline } from '../quota/timeline.ts';
import { makeRandom } from './random.ts';
import { VirtualTime } from './virtual-time.ts';

/** A number of workers that carry objects as fast as they may, on one quota. */
export interface FleetScenario {
  readonly workers: number;
  /** Deliveries that each worker has at the same time; there is always a next one. */
  readonly concurrency: number;
  readonly phases: readonly Phase[];
  readonly lengthMs: number;
  /** Of each of the two calls that carry an object, on average; the store decides in the middle of its own. */
  readonly latencyMs: number;
  /** What a refusal says, if it does. */
  readonly retryAfterMs: number | undefined;
  readonly seed: number;
}

export interface FleetResult {
  readonly timeline: Timeline;
  /** Of each worker, from `countFromMs` on. */
  readonly acceptedByWorker: readonly number[];
  /** Deliveries that a worker has given back. */
  readonly givenBack: number;
}

/** A redelivery after a failure takes so long, as by the least backoff of a push subscription. */
const REDELIVERY_MS = 1000;
/** Calls take from 1 - so much to 1 + so much of the latency. */
const LATENCY_SPREAD = 0.25;

/**
 * Simulates workers on one quota on a virtual clock: the retry layer and the lanes are the worker's own, and around
 * them there are only delays and a token bucket. The same scenario gives the same result.
 *
 * @param countFromMs from when on the workers' shares are counted, so that how they started does not matter.
 */
export async function simulateFleet(scenario: FleetScenario, countFromMs = 0): Promise<FleetResult> {
  const { latencyMs, lengthMs, retryAfterMs } = scenario;
  const time = new VirtualTime();
  const random = makeRandom(scenario.seed);
  const quota = new QuotaGate(scenario.phases, time.now());
  const acceptedByWorker = new Array<number>(scenario.workers).fill(0);
  let givenBack = 0;
  const delay = (ms: number): Promise<void> =>
    time.sleep(ms * (1 - LATENCY_SPREAD + 2 * LATENCY_SPREAD * random()));

  const store = async (worker: number): Promise<void> => {
    await delay(latencyMs / 2);
    const isAccepted = quota.take(time.now());
    if (isAccepted && time.now() >= countFromMs)
      acceptedByWorker[worker] = (acceptedByWorker[worker] ?? 0) + 1;
    await delay(latencyMs / 2);
    if (isAccepted) return;
    throw new ThrottledError('refused', retryAfterMs === undefined ? {} : { retryAfterMs });
  };
  const deliverForEver = async (worker: number, carry: () => Promise<void>): Promise<void> => {
    // Workers do not start in the same millisecond.
    await time.sleep(100 * random());
    while (time.now() < lengthMs) {
      await carry().catch(async (error: unknown) => {
        if (!(error instanceof ThrottledError)) throw error;
        givenBack += 1;
        await time.sleep(REDELIVERY_MS);
      });
    }
  };
  const failed = Promise.withResolvers<never>();
  for (let worker = 0; worker < scenario.workers; worker += 1) {
    const lanes = makeLanes(DEFAULT_LANE_SETTINGS, time);
    const attempts = makeAttempts(time, random, DEFAULT_RETRY_POLICY);
    const carry = (): Promise<void> =>
      attempts(invocationAt(time.now()), (limits) =>
        lanes.store.run(async (paced) => {
          await delay(latencyMs);
          await paced(() => store(worker));
        }, limits),
      );
    for (let one = 0; one < scenario.concurrency; one += 1)
      deliverForEver(worker, carry).catch(failed.reject);
  }
  await Promise.race([time.runUntil(lengthMs), failed.promise]);
  return { timeline: quota.read(), acceptedByWorker, givenBack };
}

/** Longer than the retry budget, as the platform's patience is. */
const INVOCATION_MS = 525_000;

const SILENT: Logger = {
  info: () => undefined,
  warning: () => undefined,
  error: () => undefined,
  with: () => SILENT,
};

function invocationAt(nowMs: number): Invocation {
  return {
    startedAtMs: nowMs,
    deadlineAt: nowMs + INVOCATION_MS,
    signal: new AbortController().signal,
    attempts: 1,
    logger: SILENT,
  };
}
