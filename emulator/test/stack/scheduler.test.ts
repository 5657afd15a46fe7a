import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/clock.ts';
import { startScheduler, tickEvery, type ScheduledJob, type Scheduler } from '../../src/stack/scheduler.ts';
import { FakeClock } from '../pubsub/fake-clock.ts';

const TICK = { topic: 'projects/local/topics/dicom-delete', data: '{"action":"tick"}', attributes: {} };

let clock: FakeClock;
let published: unknown[];
let problems: string[];
/** What the next messages meet. */
let meet: () => Promise<void>;
let scheduler: Scheduler;

const MINUTE = tickEvery(60);

const start = (jobs: readonly ScheduledJob[] = [MINUTE], time: Clock = clock): Scheduler =>
  startScheduler({
    publish: async (topic, { data, attributes }) => {
      published.push({ topic, data: data.toString(), attributes });
      await meet();
    },
    onProblem: (text) => problems.push(text),
    clock: time,
    jobs,
  });

beforeEach(() => {
  clock = new FakeClock();
  published = [];
  problems = [];
  meet = () => Promise.resolve();
});
afterEach(() => scheduler.close());

/** Lets time pass, and what was published on the way arrive. */
async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  await setImmediate();
}

describe('the scheduler stand-in', () => {
  it('publishes a tick every minute, first after one', async () => {
    scheduler = start();
    await pass(59_999);
    expect(published).toEqual([]);
    await pass(1);
    expect(published).toEqual([TICK]);
    for (let minute = 0; minute < 4; minute += 1) await pass(60_000);
    expect(published).toEqual(Array.from({ length: 5 }, () => TICK));
  });

  it('publishes at another interval when told so', async () => {
    scheduler = start([tickEvery(0.25)]);
    await pass(250);
    await pass(250);
    expect(published).toHaveLength(2);
  });

  it('keeps each job to its own times', async () => {
    const command = { action: 'cleanup', olderThan: 'P365D' };
    scheduler = start([MINUTE, { everySeconds: 90, command }]);
    const published90: unknown[] = [];
    await pass(60_000);
    await pass(30_000);
    published90.push(...published);
    await pass(30_000);
    const cleanup = { ...TICK, data: '{"action":"cleanup","olderThan":"P365D"}' };
    expect(published90).toEqual([TICK, cleanup]);
    expect(published).toEqual([TICK, cleanup, TICK]);
  });

  it('publishes nothing without jobs', async () => {
    scheduler = start([]);
    await pass(600_000);
    expect(published).toEqual([]);
  });

  it('does not hold up one job for another that is on its way', async () => {
    const arrived = Promise.withResolvers<undefined>();
    meet = () => arrived.promise;
    scheduler = start([tickEvery(60), { everySeconds: 90, command: { action: 'cleanup' } }]);
    await pass(60_000);
    await pass(60_000);
    expect(published).toHaveLength(2);
    arrived.resolve(undefined);
  });

  it('does not publish while a tick is still on its way', async () => {
    const arrived = Promise.withResolvers<undefined>();
    meet = () => arrived.promise;
    scheduler = start();
    for (let minute = 0; minute < 3; minute += 1) await pass(60_000);
    expect(published).toHaveLength(1);
    arrived.resolve(undefined);
    await setImmediate();
    await pass(60_000);
    expect(published).toHaveLength(2);
  });

  it('publishes one tick for all that the machine slept through, and then keeps to its times', async () => {
    let now = 0;
    let timer = { delayMs: 0, action: (): void => undefined };
    const late: Clock = {
      now: () => now,
      after: (delayMs, action) => {
        timer = { delayMs, action };
        return () => undefined;
      },
    };
    scheduler = start([MINUTE], late);
    now = 200_000;
    timer.action();
    await setImmediate();
    expect(published).toHaveLength(1);
    expect(timer.delayMs).toBe(40_000);
  });

  it('tells of a tick that failed, and goes on', async () => {
    meet = () => Promise.reject(new Error('no such topic'));
    scheduler = start();
    await pass(60_000);
    expect(problems).toEqual([expect.stringContaining('no such topic')]);
    meet = () => Promise.resolve();
    await pass(60_000);
    expect(published).toHaveLength(2);
    expect(problems).toHaveLength(1);
  });

  it('is closed when the tick on its way has arrived, and publishes no more', async () => {
    const arrived = Promise.withResolvers<undefined>();
    meet = () => arrived.promise;
    scheduler = start();
    await pass(60_000);
    let isClosed = false;
    const closing = scheduler.close().then(() => (isClosed = true));
    await setImmediate();
    expect(isClosed).toBe(false);
    arrived.resolve(undefined);
    await closing;
    await pass(600_000);
    expect(published).toHaveLength(1);
    expect(clock.waiting).toBe(0);
  });
});
