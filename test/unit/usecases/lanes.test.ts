import { describe, expect, it } from '@jest/globals';
import { ConnectionLostError, ThrottledError, UnavailableError } from '../../../src/domain/errors.ts';
import { DEFAULT_LANE_SETTINGS } from '../../../src/retry/lane.ts';
import { makeLanes, throttlingOf } from '../../../src/usecases/lanes.ts';
import { failureOf } from '../../support/blocks.ts';
import { CLOCK_START_MS, FakeClock } from '../../support/fake-clock.ts';

describe('throttlingOf', () => {
  it.each([
    [new ThrottledError('', { retryAfterMs: 5 }), { retryAfterMs: 5 }],
    [new ThrottledError(''), { retryAfterMs: undefined }],
    [new UnavailableError('', { retryAfterMs: 5 }), { retryAfterMs: 5 }],
    [new UnavailableError(''), undefined],
    [new ConnectionLostError('', { retryAfterMs: 5 }), undefined],
    ['slow', undefined],
  ])('takes case %# for what it is', (error, expected) => {
    expect(throttlingOf(error)).toEqual(expected);
  });
});

describe('the lanes of a store', () => {
  it('do not wait for each other', async () => {
    const clock = new FakeClock();
    const lanes = makeLanes(DEFAULT_LANE_SETTINGS, clock);
    const limits = { signal: new AbortController().signal, latestAt: Infinity };
    const throttled = new ThrottledError('', { retryAfterMs: 5000 });
    await failureOf(lanes.store.run((paced) => paced(() => Promise.reject(throttled)), limits));
    await lanes.retrieve.run(() => Promise.resolve(), limits);
    expect(clock.sleeps).toEqual([]);
  });

  it('give a message back whose turn would come too late, as a throttled one', async () => {
    const lanes = makeLanes(DEFAULT_LANE_SETTINGS, new FakeClock());
    const limits = { signal: new AbortController().signal, latestAt: CLOCK_START_MS + 5000 };
    const throttled = new ThrottledError('', { retryAfterMs: 5000 });
    await failureOf(lanes.store.run((paced) => paced(() => Promise.reject(throttled)), limits));
    await expect(failureOf(lanes.store.run(() => Promise.resolve(), limits))).resolves.toMatchObject({
      code: 'throttled',
      retryAfterMs: 5000,
    });
  });
});
