import PQueue from 'p-queue';
import type { Clock } from '../ports/clock.ts';
import { AdaptiveRate, type RateSettings } from './rate.ts';
import type { AttemptLimits } from './retry.ts';

/** How a failure bears on the pace of a lane. */
export interface Throttling {
  /** What the other side asked for, if it did. */
  readonly retryAfterMs: number | undefined;
}

export interface LaneSettings extends RateSettings {
  /** Requests in flight at once, at the most. @default 64 */
  readonly maxInFlight: number;
}

export const DEFAULT_LANE_SETTINGS: LaneSettings = {
  floorPerSecond: 0.5,
  ceilingPerSecond: Infinity,
  maxInFlight: 64,
};

/** Sends the request that the turn was for; how it ends is what the lane learns from. */
export type Paced = <T>(send: () => Promise<T>) => Promise<T>;

/** The requests of one process to one quota, in the order in which they were asked for. */
export interface Lane {
  /**
   * Does the work when its turn has come.
   *
   * The work may prepare something first, as opening what it is going to send: so nothing stands open while it waits.
   *
   * @throws the error of `tooLate` when its turn would come too late, the signal's reason, and what the work throws.
   */
  run<T>(work: (paced: Paced) => Promise<T>, limits: AttemptLimits): Promise<T>;
}

export interface LaneDependencies {
  readonly clock: Clock;
  /** Whether a failure says that requests come too fast. */
  readonly throttlingOf: (error: unknown) => Throttling | undefined;
  /** The error for work whose turn would come too late. */
  readonly tooLate: (waitMs: number) => Error;
}

/** Requests may follow each other so much closer than the rate says, to make up for timers that fire late. */
const SLACK_MS = 20;
const SHORTEST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 1000;
/** A service that throttles and has accepted nothing for so long is closed. */
const CLOSED_AFTER_MS = 1000;

/**
 * A lane that paces its requests by what the other side accepts.
 *
 * While nothing throttles, it only caps what is in flight. After a throttling the lane pauses for about one request's
 * time and goes on more slowly; when nothing at all has been accepted for a second, the service is taken to be closed,
 * and the whole lane waits as long as it asked for. The request that was throttled waits as long as it was told in any
 * case: that is the retry's part.
 */
export function makeLane(settings: LaneSettings, { clock, throttlingOf, tooLate }: LaneDependencies): Lane {
  const queue = new PQueue({ concurrency: settings.maxInFlight });
  const rate = new AdaptiveRate(settings);
  let nextAt = -Infinity;
  let pausedUntil = -Infinity;
  let acceptedAt = -Infinity;
  /** The one whose turn is next waits; the others wait for it. */
  let turn: Promise<void> = Promise.resolve();

  const waitForTurn = async ({ signal, latestAt }: AttemptLimits): Promise<void> => {
    for (;;) {
      signal.throwIfAborted();
      const now = clock.now();
      const at = Math.max(now, pausedUntil, nextAt - SLACK_MS);
      if (at >= latestAt) throw tooLate(at - now);
      if (at <= now) break;
      await clock.sleep(at - now, signal);
    }
    const perSecond = rate.perSecond(clock.now());
    nextAt = Math.max(nextAt, clock.now()) + (perSecond === Infinity ? 0 : 1000 / perSecond);
  };

  const takeTurn = (limits: AttemptLimits): Promise<void> => {
    const mine = turn.then(() => waitForTurn(limits));
    turn = mine.catch(() => undefined);
    return mine;
  };

  const throttled = (turnAt: number, { retryAfterMs }: Throttling): void => {
    const now = clock.now();
    if (!rate.throttled(turnAt, now)) return;
    const isClosed = now - acceptedAt >= CLOSED_AFTER_MS;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, 1000 / rate.perSecond(now)));
    pausedUntil = Math.max(pausedUntil, now + (isClosed ? Math.max(pauseMs, retryAfterMs ?? 0) : pauseMs));
  };

  // The turn is what was paced: a request that took long to prepare says nothing of what the rate has become since.
  const pacedFrom =
    (turnAt: number): Paced =>
    async (send) => {
      try {
        const result = await send();
        acceptedAt = clock.now();
        rate.accepted(acceptedAt);
        return result;
      } catch (error) {
        const throttling = throttlingOf(error);
        if (throttling !== undefined) throttled(turnAt, throttling);
        throw error;
      }
    };

  return {
    run: async (work, { signal, latestAt }) => {
      signal.throwIfAborted();
      const waiting = makeWaiting(signal);
      return queue.add(
        async () => {
          await takeTurn({ signal, latestAt });
          waiting.end();
          return work(pacedFrom(clock.now()));
        },
        { signal: waiting.signal },
      );
    },
  };
}

/**
 * Follows a signal while work waits, so that it can be given up at once, and no longer: p-queue also drops work that is
 * running when its signal is aborted, with whatever result that was about to have.
 */
function makeWaiting(signal: AbortSignal): { readonly signal: AbortSignal; end(): void } {
  const waiting = new AbortController();
  const abort = (): void => waiting.abort(signal.reason);
  signal.addEventListener('abort', abort);
  return {
    signal: waiting.signal,
    end(): void {
      waiting.signal.throwIfAborted();
      signal.removeEventListener('abort', abort);
    },
  };
}
