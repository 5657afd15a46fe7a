import '../../support/one-realm.ts';
import { describe, expect, it } from '@jest/globals';
import { failureOf } from '../../support/blocks.ts';
import { abortable, limits, sendThrough, setUpLane, Throttled } from '../../support/lane-setup.ts';
import { until } from '../../support/until.ts';

describe('a lane', () => {
  it('gives what the work gives, and throws what it throws', async () => {
    const { lane } = setUpLane();
    const error = new Error('no');
    expect([await sendThrough(lane), await sendThrough(lane, error)]).toEqual(['sent', error]);
  });

  it('waits for nothing while nothing throttles, nor after other failures', async () => {
    const { lane, clock } = setUpLane();
    for (let i = 0; i < 100; i += 1) await sendThrough(lane, i % 2 === 0 ? undefined : new Error('no'));
    expect(clock.sleeps).toEqual([]);
  });

  it('has no more in flight than it may', async () => {
    const { lane } = setUpLane({ maxInFlight: 2 });
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

  it('keeps the place of work that was aborted until that has ended', async () => {
    const { lane } = setUpLane({ maxInFlight: 1 });
    const { controller, reason, signal } = abortable();
    const gate = Promise.withResolvers<string>();
    const begun: string[] = [];
    const first = lane.run(() => {
      begun.push('first');
      return gate.promise;
    }, limits({ signal }));
    const second = lane.run(() => Promise.resolve(begun.push('second')), limits());
    await until(() => begun.length === 1);
    controller.abort(reason);
    await new Promise(setImmediate);
    expect(begun).toEqual(['first']);
    gate.resolve('ended');
    await expect(Promise.all([first, second])).resolves.toEqual(['ended', 2]);
  });

  it('keeps to its ceiling from the start', async () => {
    const { lane, clock } = setUpLane({ ceilingPerSecond: 10 });
    for (let i = 0; i < 11; i += 1) await sendThrough(lane);
    expect(clock.sleeps).toEqual([80, ...new Array<number>(9).fill(100)]);
  });

  it('begins its work in the order in which it was asked', async () => {
    const { lane } = setUpLane({ ceilingPerSecond: 10, maxInFlight: 2 });
    const order: number[] = [];
    const work = (index: number): Promise<number> => Promise.resolve(order.push(index));
    await Promise.all([0, 1, 2, 3].map((index) => lane.run(() => work(index), limits())));
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('goes on after work that failed', async () => {
    const { lane } = setUpLane({ maxInFlight: 1 });
    const error = new Error('no');
    await expect(Promise.all([sendThrough(lane, error), sendThrough(lane)])).resolves.toEqual([
      error,
      'sent',
    ]);
  });
});

describe('a lane that is throttled', () => {
  it('pauses for the time of one request and goes on at the lower rate', async () => {
    const { lane, clock } = setUpLane();
    for (let i = 0; i < 100; i += 1) {
      await sendThrough(lane);
      clock.advance(10);
    }
    const perSecond = 1.5 * 90 * 0.97;
    await sendThrough(lane, new Throttled());
    const throttledAtMs = clock.now();
    await sendThrough(lane);
    expect(clock.now() - throttledAtMs).toBeCloseTo(1000 / perSecond, 2);
    for (let i = 0; i < 9; i += 1) await sendThrough(lane);
    expect(clock.now() - throttledAtMs).toBeCloseTo(10_000 / perSecond - 20, 0);
  });

  it('waits as long as it was asked to where nothing at all was ever accepted', async () => {
    const { lane, clock } = setUpLane();
    await sendThrough(lane, new Throttled(7000));
    await sendThrough(lane);
    expect(clock.sleeps).toEqual([7000]);
  });

  it.each([
    ['waits as long as it was asked to', 'for a second', 1000, 7000],
    ['does not stand still for one request that was told to wait', 'for less than a second', 999, 1000],
  ])('%s when nothing was accepted %s', async (_does, _since, silenceMs, waitMs) => {
    const { lane, clock } = setUpLane();
    await sendThrough(lane);
    clock.advance(silenceMs);
    await sendThrough(lane, new Throttled(7000));
    await sendThrough(lane);
    expect(clock.sleeps).toHaveLength(1);
    expect(clock.sleeps[0]).toBeLessThanOrEqual(waitMs);
    expect(clock.sleeps[0]).toBeGreaterThan(waitMs - 400);
  });

  it('counts the throttled requests that were on their way together as one', async () => {
    const { lane, clock } = setUpLane();
    const gates = [1, 2, 3].map(() => Promise.withResolvers<never>());
    let inFlight = 0;
    const sent = gates.map(({ promise }) => {
      const request = (): Promise<never> => {
        inFlight += 1;
        return promise;
      };
      return failureOf(lane.run((paced) => paced(request), limits()));
    });
    await until(() => inFlight === 3);
    for (const [index, { reject }] of gates.entries()) {
      clock.advance(100);
      reject(new Throttled());
      await sent[index];
    }
    await sendThrough(lane);
    // From the first of them on, of which 200 ms have passed.
    expect(clock.sleeps).toEqual([1000 - 200]);
  });

  it('does not take a request for a new sign that had its turn before the last one and was long in the making', async () => {
    const { lane, clock } = setUpLane();
    const prepared = Promise.withResolvers<undefined>();
    let isPreparing = false;
    const slow = lane.run(async (paced) => {
      isPreparing = true;
      await prepared.promise;
      await paced(() => Promise.reject(new Throttled()));
    }, limits());
    await until(() => isPreparing);
    clock.advance(1);
    await sendThrough(lane, new Throttled());
    clock.advance(900);
    prepared.resolve(undefined);
    await failureOf(slow);
    await sendThrough(lane);
    expect(clock.sleeps).toEqual([100]);
  });

  it('goes on at its floor where everything is refused', async () => {
    const { lane, clock } = setUpLane({ floorPerSecond: 4 });
    for (let i = 0; i < 20; i += 1) await sendThrough(lane, new Throttled());
    expect(clock.sleeps.slice(1).every((delayMs) => delayMs <= 250)).toBe(true);
    expect(clock.sleeps).toHaveLength(19);
  });
});
