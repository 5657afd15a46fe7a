import { DEFAULT_LANE_SETTINGS, makeLane, type Lane, type LaneSettings } from '../../src/retry/lane.ts';
import type { AttemptLimits } from '../../src/retry/retry.ts';
import { CLOCK_START_MS, FakeClock } from './fake-clock.ts';

/** What the lanes of tests take for a throttling. */
export class Throttled extends Error {
  readonly retryAfterMs: number | undefined;
  constructor(retryAfterMs?: number) {
    super('slow');
    this.retryAfterMs = retryAfterMs;
  }
}

/** A clock whose waits last until the test ends them or their signal is aborted. */
export class HeldClock extends FakeClock {
  release: () => void = () => undefined;

  override async sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(delayMs);
    await new Promise<void>((resolve) => {
      this.release = () => {
        this.advance(delayMs);
        resolve();
      };
      signal?.addEventListener('abort', () => resolve());
    });
  }
}

/** A minute from the start of the clock, never aborted. */
export const limits = (changes: Partial<AttemptLimits> = {}): AttemptLimits => ({
  signal: new AbortController().signal,
  latestAt: CLOCK_START_MS + 60_000,
  ...changes,
});

/** A lane with this clock, unlimited until it is throttled. */
export function setUpLane<C extends FakeClock = FakeClock>(
  settings: Partial<LaneSettings> = {},
  clock: C = new FakeClock() as C,
): { clock: C; lane: Lane } {
  const lane = makeLane(
    { ...DEFAULT_LANE_SETTINGS, ...settings },
    {
      clock,
      throttlingOf: (error) => (error instanceof Throttled ? error : undefined),
      tooLate: (waitMs) => new Error(`too late by a wait of ${waitMs}`),
    },
  );
  return { clock, lane };
}

/** Sends one request that succeeds, or fails with the error. Gives what came of it. */
export const sendThrough = (lane: Lane, error?: Error): Promise<unknown> =>
  lane
    .run(
      (paced) => paced(() => (error === undefined ? Promise.resolve('sent') : Promise.reject(error))),
      limits(),
    )
    .catch((failure: unknown) => failure);

/** A signal, what aborts it and what for. */
export const abortable = (): { controller: AbortController; reason: Error; signal: AbortSignal } => {
  const controller = new AbortController();
  return { controller, reason: new Error('time is up'), signal: controller.signal };
};
