import '../../support/one-realm.ts';
import { describe, expect, it } from '@jest/globals';
import type { AttemptLimits } from '../../../src/retry/retry.ts';
import { failureOf } from '../../support/blocks.ts';
import { CLOCK_START_MS } from '../../support/fake-clock.ts';
import { abortable, HeldClock, limits, sendThrough, setUpLane, Throttled } from '../../support/lane-setup.ts';
import { until } from '../../support/until.ts';

describe('a lane and the latest time to begin', () => {
  it('does not wait for a turn that would come too late', async () => {
    const { lane, clock } = setUpLane();
    await sendThrough(lane, new Throttled(7000));
    const tooSoon = limits({ latestAt: CLOCK_START_MS + 7000 });
    const error = await failureOf(lane.run(() => Promise.resolve(), tooSoon));
    expect(error).toMatchObject({ message: 'too late by a wait of 7000' });
    expect(clock.sleeps).toEqual([]);
  });

  it('begins nothing when its timer has fired too late', async () => {
    const { lane, clock } = setUpLane();
    await sendThrough(lane, new Throttled(7000));
    clock.onSleep = () => clock.advance(500);
    let isBegun = false;
    const work = (): Promise<void> => Promise.resolve(void (isBegun = true));
    const error = await failureOf(lane.run(work, limits({ latestAt: CLOCK_START_MS + 7100 })));
    expect([error, isBegun]).toEqual([new Error('too late by a wait of 0'), false]);
  });

  it('goes on with the next when one has failed to get its turn', async () => {
    const { lane } = setUpLane();
    await failureOf(lane.run(() => Promise.resolve(), limits({ latestAt: CLOCK_START_MS })));
    await expect(sendThrough(lane)).resolves.toBe('sent');
  });
});

describe('a lane and the signal of an attempt', () => {
  it('begins nothing once it is aborted', async () => {
    const { lane } = setUpLane();
    const reason = new Error('time is up');
    let isBegun = false;
    const work = (): Promise<void> => Promise.resolve(void (isBegun = true));
    const error = await failureOf(lane.run(work, limits({ signal: AbortSignal.abort(reason) })));
    expect([error, isBegun]).toEqual([reason, false]);
  });

  it('gives up what is aborted while it waits for its turn, at once, and begins those behind it in time', async () => {
    const { lane, clock } = setUpLane({}, new HeldClock());
    await sendThrough(lane, new Throttled(7000));
    const { controller, reason, signal } = abortable();
    const order: string[] = [];
    const run = (name: string, changes: Partial<AttemptLimits> = {}): Promise<unknown> =>
      lane.run(() => Promise.resolve(order.push(name)), limits(changes));
    const first = run('first');
    const aborted = failureOf(run('aborted', { signal }));
    const last = run('last');
    await until(() => clock.sleeps.length === 1);
    controller.abort(reason);
    await expect(aborted).resolves.toBe(reason);
    expect(order).toEqual([]);
    clock.release();
    await first;
    await until(() => clock.sleeps.length === 2);
    clock.release();
    await last;
    expect(order).toEqual(['first', 'last']);
  });

  it('gives up at once the one whose turn is next, and the one behind it takes the turn', async () => {
    const { lane, clock } = setUpLane({}, new HeldClock());
    await sendThrough(lane, new Throttled(7000));
    const { controller, reason, signal } = abortable();
    const aborted = failureOf(lane.run(() => Promise.resolve('begun'), limits({ signal })));
    const next = sendThrough(lane);
    await until(() => clock.sleeps.length === 1);
    controller.abort(reason);
    await expect(aborted).resolves.toBe(reason);
    await until(() => clock.sleeps.length === 2);
    clock.release();
    await expect(next).resolves.toBe('sent');
    expect(clock.sleeps).toEqual([7000, 7000]);
  });

  it('gives up at once what is aborted while others have all the places', async () => {
    const { lane } = setUpLane({ maxInFlight: 1 });
    const gate = Promise.withResolvers<string>();
    const { controller, reason, signal } = abortable();
    const busy = lane.run(() => gate.promise, limits());
    const aborted = failureOf(lane.run(() => Promise.resolve(), limits({ signal })));
    controller.abort(reason);
    await expect(aborted).resolves.toBe(reason);
    gate.resolve('done');
    await expect(Promise.all([busy, sendThrough(lane)])).resolves.toEqual(['done', 'sent']);
  });

  it('counts what was done also when it was aborted meanwhile', async () => {
    const { lane } = setUpLane();
    const { controller, reason, signal } = abortable();
    const work = lane.run(
      (paced) =>
        paced(() => {
          controller.abort(reason);
          return Promise.resolve('stored');
        }),
      limits({ signal }),
    );
    await expect(work).resolves.toBe('stored');
  });
});
