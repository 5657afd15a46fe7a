import type { Peers } from '../child/start-peers.ts';
import { startFunction } from '../child/start-function.ts';
import { goodput, refusedShare, timeToUse } from '../quota/judge.ts';
import type { PlacedPhase } from '../quota/phase.ts';
import type { Timeline } from '../quota/timeline.ts';
import { makePushClient } from '../push/push-client.ts';
import { runSubscription, type SubscriptionResult } from '../push/subscription.ts';
import type { Subject } from '../subjects.ts';
import { SIZE_BYTES, type Scenario } from './plan.ts';

/** What was found of one function in one scenario. */
export interface ThrottleRow extends SubscriptionResult {
  readonly quota: string;
  readonly latencyMs: number;
  readonly retryAfterSeconds: number | null;
  readonly function: string;
  /** Of what the quota allows, 10 s after its beginning and after every change, while there was always a next message. */
  readonly goodput: number;
  /** Of all store requests. */
  readonly refusedShare: number;
  /** Acknowledged, but not in the store. */
  readonly lost: number;
  /** From the rise of the quota until 90 % of it were used for a second; null when they never were. */
  readonly secondsToUse?: number | null;
  readonly timeline: Timeline;
}

/** More than the subscription's window, so that no push waits for a connection. */
const CONNECTIONS = 128;
const WARM_UP_OBJECTS = 50;

/**
 * Runs one function, in a fresh process, against the store of one scenario.
 *
 * @param first the number of the first object; {@link objectsAtMost} numbers are used.
 * @throws Error when the function fails already without a quota.
 */
export async function measureScenario(
  { serve, peers }: { readonly serve: string; readonly peers: Peers },
  subject: Subject,
  scenario: Scenario,
  first: number,
): Promise<ThrottleRow> {
  const { phases, latencyMs, retryAfterSeconds, objects, limitMs } = scenario;
  const child = await startFunction(serve, subject);
  const client = makePushClient(child.ready.port, CONNECTIONS);
  try {
    await peers.ask({ latencyMs, quota: null });
    const refused = await client.pushAll(first, WARM_UP_OBJECTS, SIZE_BYTES);
    if (refused.length > 0) throw new Error(`${subject.name}: ${refused[0] ?? ''}\n${child.lastWords()}`);
    await peers.ask({ quota: { phases, retryAfterSeconds } });
    const endMs = phases.at(-1)?.toMs ?? 0;
    const result = await runSubscription(client, {
      first: first + WARM_UP_OBJECTS,
      sizeBytes: SIZE_BYTES,
      hasNext: (pushed, elapsedMs) => (objects === undefined ? elapsedMs < endMs : pushed < objects),
      limitMs,
    });
    const { quotaUse } = await peers.ask({});
    if (quotaUse === undefined) throw new Error('The peers have forgotten the quota.');
    const { timeline, distinct } = quotaUse;
    return {
      quota: scenario.quota,
      latencyMs,
      retryAfterSeconds,
      function: subject.name,
      goodput: goodput(timeline, phases, result.drainedAtMs),
      refusedShare: refusedShare(timeline),
      lost: Math.max(0, result.acknowledged - distinct),
      ...afterRise(timeline, phases),
      ...result,
      timeline,
    };
  } finally {
    await client.close();
    await child.stop();
    await peers.ask({ quota: null });
  }
}

/** How many numbers a scenario may take. */
export function objectsAtMost({ objects, phases }: Scenario): number {
  const allowed = phases.reduce(
    (sum, { perSecond, burst, lengthMs }) => sum + burst + (perSecond * lengthMs) / 1000,
    0,
  );
  // A window's worth more may have been pushed when the time is up.
  return WARM_UP_OBJECTS + (objects ?? Math.ceil(allowed) + 1000);
}

function afterRise(timeline: Timeline, phases: readonly PlacedPhase[]): { secondsToUse?: number | null } {
  const last = phases.at(-1);
  if (last === undefined || phases.length < 2) return {};
  const timeMs = timeToUse(timeline, last);
  return { secondsToUse: timeMs === undefined ? null : timeMs / 1000 };
}
