import '../../support/one-realm.ts';
import { describe, expect, it } from '@jest/globals';
import { DEFAULT_LANE_SETTINGS, makeLane, type Lane, type LaneSettings } from '../../../src/retry/lane.ts';
import type { AttemptLimits } from '../../../src/retry/retry.ts';
import { failureOf } from '../../support/blocks.ts';
import { CLOCK_START_MS, FakeClock } from '../../support/fake-clock.ts';
import { until } from '../../support/until.ts';

class Throttled extends Error {
  readonly retryAfterMs: number | undefined;
  constructor(retryAfterMs?: number) {
    super('slow');
    this.retryAfterMs = retryAfterMs;
  }
}

const limits = (changes: Partial<AttemptLimits> = {}): AttemptLimits => ({
  signal: new AbortController().signal,
  latestAt: CLOCK_START_MS + 60_000,
  ...changes,
});

function setUp(settings: Partial<LaneSettings> = {}): { clock: FakeClock; lane: Lane } {
  const clock = new FakeClock();
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

const send = (lane: Lane, error?: Error): Promise<unknown> =>
  lane
    .run(
      (paced) => paced(() => (error === undefined ? Promise.resolve('sent') : Promise.reject(error))),
      limits(),
    )
    .catch((failure: unknown) => failure);

describe('a lane', () => {
  it('gives what the work gives, and throws what it throws', async () => {
    const { lane } = setUp();
    const error = new Error('no');
    expect([await send(lane), await send(lane, error)]).toEqual(['sent', error]);
  });

  it('waits for nothing while nothing throttles, nor after other failures', async () => {
    const { lane, clock } = setUp();
    for (let i = 0; i < 100; i += 1) await send(lane, i % 2 === 0 ? undefined : new Error('no'));
    expect(clock.sleeps).toEqual([]);
  });

  it('has no more in flight than it may', async () => {
    const { lane } = setUp({ maxInFlight: 2 });
    const gate = Promise.withResolvers<undefined>();
    let inFlight = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, (inFlight += 1));
      await gate.promise;
      inFlight -= 1;
    };
    const all = Promise.all(Array.from({ length: 5 }, () => lane.run(work, limits())));
    await until(() => inFlight === 2);
    gate.resolve(undefined);
    await all;
    expect(most).toBe(2);
  });

  it('keeps to its ceiling from the start', async () => {
    const { lane, clock } = setUp({ ceilingPerSecond: 10 });
    for (let i = 0; i < 11; i += 1) await send(lane);
    expect(clock.now() - CLOCK_START_MS).toBeGreaterThan(900);
    expect(clock.now() - CLOCK_START_MS).toBeLessThan(1100);
  });

  it('begins its work in the order in which it was asked', async () => {
    const { lane } = setUp({ ceilingPerSecond: 10 });
    const order: number[] = [];
    const work = (index: number): Promise<number> => Promise.resolve(order.push(index));
    await Promise.all([0, 1, 2, 3].map((index) => lane.run(() => work(index), limits())));
    expect(order).toEqual([0, 1, 2, 3]);
  });
});

describe('a lane that is throttled', () => {
  it('pauses and goes on more slowly', async () => {
    const { lane, clock } = setUp();
    for (let i = 0; i < 100; i += 1) {
      await send(lane);
      clock.advance(10);
    }
    await send(lane, new Throttled());
    const throttledAtMs = clock.now();
    await send(lane);
    expect(clock.now()).toBeGreaterThan(throttledAtMs);
    for (let i = 0; i < 9; i += 1) await send(lane);
    expect(clock.now() - throttledAtMs).toBeGreaterThan(10 * (1000 / 200));
  });

  it('waits as long as it was asked to where nothing at all is accepted', async () => {
    const { lane, clock } = setUp();
    await send(lane, new Throttled(7000));
    await send(lane);
    expect(clock.now() - CLOCK_START_MS).toBeGreaterThanOrEqual(7000);
  });

  it('does not stand still for one request that was told to wait, while others are accepted', async () => {
    const { lane, clock } = setUp();
    for (let i = 0; i < 20; i += 1) {
      await send(lane);
      clock.advance(50);
    }
    await send(lane, new Throttled(30_000));
    await send(lane);
    expect(clock.now() - CLOCK_START_MS).toBeLessThan(3000);
  });

  it('counts the throttled requests that were on their way together as one', async () => {
    const { lane, clock } = setUp();
    const gate = Promise.withResolvers<never>();
    let inFlight = 0;
    const request = (): Promise<never> => {
      inFlight += 1;
      return gate.promise;
    };
    const sent = Array.from({ length: 5 }, () => failureOf(lane.run((paced) => paced(request), limits())));
    await until(() => inFlight === 5);
    clock.advance(100);
    gate.reject(new Throttled());
    await Promise.all(sent);
    await send(lane);
    expect(clock.now() - CLOCK_START_MS).toBeLessThan(10_000);
  });
});

describe('a lane and the limits of an attempt', () => {
  it('does not wait for a turn that would come too late', async () => {
    const { lane, clock } = setUp();
    await send(lane, new Throttled(7000));
    const tooSoon = limits({ latestAt: CLOCK_START_MS + 7000 });
    const error = await failureOf(lane.run(() => Promise.resolve(), tooSoon));
    expect(error).toMatchObject({ message: 'too late by a wait of 7000' });
    expect(clock.sleeps).toEqual([]);
  });

  it('begins nothing once it is aborted', async () => {
    const { lane } = setUp();
    const reason = new Error('time is up');
    let isBegun = false;
    const work = (): Promise<void> => {
      isBegun = true;
      return Promise.resolve();
    };
    const error = await failureOf(lane.run(work, limits({ signal: AbortSignal.abort(reason) })));
    expect([error, isBegun]).toEqual([reason, false]);
  });

  it('begins nothing that is aborted while it waits for its turn', async () => {
    const { lane, clock } = setUp();
    await send(lane, new Throttled(7000));
    const controller = new AbortController();
    const reason = new Error('time is up');
    clock.onSleep = () => controller.abort(reason);
    const work = lane.run(() => Promise.resolve('begun'), limits({ signal: controller.signal }));
    await expect(failureOf(work)).resolves.toBe(reason);
  });

  it('goes on with the next when one has failed to get its turn', async () => {
    const { lane } = setUp();
    await failureOf(lane.run(() => Promise.resolve(), limits({ latestAt: CLOCK_START_MS })));
    await expect(send(lane)).resolves.toBe('sent');
  });

  it('counts what was done also when it was aborted meanwhile', async () => {
    const { lane } = setUp();
    const controller = new AbortController();
    const work = lane.run(
      (paced) =>
        paced(() => {
          controller.abort(new Error('time is up'));
          return Promise.resolve('stored');
        }),
      limits({ signal: controller.signal }),
    );
    await expect(work).resolves.toBe('stored');
  });
});
