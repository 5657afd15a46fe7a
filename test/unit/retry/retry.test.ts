import '../../support/one-realm.ts';
import { describe, expect, it } from '@jest/globals';
import { retry, type FailedAttempt, type RetryContext } from '../../../src/retry/retry.ts';
import { failureOf, rejectedWith } from '../../support/blocks.ts';
import { CLOCK_START_MS, FakeClock } from '../../support/fake-clock.ts';

const POLICY = { maxAttempts: 4, baseDelayMs: 100, maxDelayMs: 1000, budgetMs: 60_000 };

interface Attempted {
  readonly clock: FakeClock;
  readonly numbers: number[];
  readonly retried: (readonly [FailedAttempt, number])[];
  readonly result: Promise<string>;
}

/** Fails with each of these errors in turn, then succeeds. */
function attempt(
  failures: readonly unknown[],
  changes: Partial<RetryContext> = {},
  clock = new FakeClock(),
): Attempted {
  const numbers: number[] = [];
  const retried: (readonly [FailedAttempt, number])[] = [];
  const work = (): Promise<string> => {
    const failure = failures[numbers.length];
    numbers.push(numbers.length + 1);
    // What is thrown need not be an error, and has to come through all the same.
    return failure === undefined ? Promise.resolve('done') : rejectedWith(failure);
  };
  const result = retry(work, {
    clock,
    random: () => 0.5,
    policy: POLICY,
    deadlineAt: CLOCK_START_MS + 600_000,
    signal: new AbortController().signal,
    isRetryable: () => true,
    retryAfterMs: () => undefined,
    onRetry: (failure, delayMs) => void retried.push([failure, delayMs]),
    ...changes,
  });
  return { clock, numbers, retried, result };
}

const first = new Error('first');
const second = new Error('second');
const third = new Error('third');

describe('retry', () => {
  it('does not wait when the first attempt succeeds', async () => {
    const { clock, numbers, result } = attempt([]);
    await expect(result).resolves.toBe('done');
    expect({ sleeps: clock.sleeps, numbers }).toEqual({ sleeps: [], numbers: [1] });
  });

  it('waits longer after every failure', async () => {
    const { clock, numbers, result } = attempt([first, second, third]);
    await expect(result).resolves.toBe('done');
    expect({ sleeps: clock.sleeps, numbers }).toEqual({ sleeps: [50, 100, 200], numbers: [1, 2, 3, 4] });
  });

  it('throws the last failure as it was when there are no attempts left', async () => {
    const fourth = new Error('fourth');
    const { clock, result } = attempt([first, second, third, fourth]);
    await expect(failureOf(result)).resolves.toBe(fourth);
    expect(clock.sleeps).toEqual([50, 100, 200]);
  });

  it('does not wait after a failure that may not be retried', async () => {
    const { clock, result } = attempt([first, second], { isRetryable: ({ error }) => error !== second });
    await expect(failureOf(result)).resolves.toBe(second);
    expect(clock.sleeps).toEqual([50]);
  });

  it('throws a mistake in the program as it was, at once', async () => {
    const mistake = new TypeError('x is not a function');
    const { clock, result } = attempt([mistake]);
    await expect(failureOf(result)).resolves.toBe(mistake);
    expect(clock.sleeps).toEqual([]);
  });

  it('tells of each failure with those before it', async () => {
    const { retried, result } = attempt([first, second]);
    await result;
    expect(retried).toEqual([
      [{ error: first, attempt: 1, earlier: [] }, 50],
      [{ error: second, attempt: 2, earlier: [first] }, 100],
    ]);
  });

  it('needs nobody to tell', async () => {
    const clock = new FakeClock();
    const { result } = attempt([first], { clock });
    await expect(result).resolves.toBe('done');
    await expect(retry(() => Promise.resolve(1), { ...CONTEXT_WITHOUT_LISTENER, clock })).resolves.toBe(1);
  });

  it('waits for as long as the other side asked, above its own cap', async () => {
    const { clock, result } = attempt([first], { retryAfterMs: () => 5000 });
    await result;
    expect(clock.sleeps).toEqual([5000]);
  });
});

const CONTEXT_WITHOUT_LISTENER: Omit<RetryContext, 'clock'> = {
  random: () => 0.5,
  policy: POLICY,
  deadlineAt: CLOCK_START_MS + 600_000,
  signal: new AbortController().signal,
  isRetryable: () => true,
  retryAfterMs: () => undefined,
};

describe('retry and its time', () => {
  it.each([
    ['in time', 51, [50], 'done'],
    ['at the deadline', 50, [], first],
  ])('begins an attempt that would be %s accordingly', async (_name, timeLeftMs, sleeps, outcome) => {
    const { clock, result } = attempt([first], { deadlineAt: CLOCK_START_MS + timeLeftMs });
    await expect(outcome === 'done' ? result : failureOf(result)).resolves.toBe(outcome);
    expect(clock.sleeps).toEqual(sleeps);
  });

  it('begins no attempt beyond the budget, which counts the waits', async () => {
    const { clock, result } = attempt([first, second, third], { policy: { ...POLICY, budgetMs: 151 } });
    await expect(failureOf(result)).resolves.toBe(third);
    expect(clock.sleeps).toEqual([50, 100]);
  });

  it('begins no attempt beyond the budget, which counts the attempts themselves', async () => {
    const clock = new FakeClock();
    const work = (): Promise<never> => {
      clock.advance(40_000);
      return Promise.reject(first);
    };
    await expect(failureOf(retry(work, { ...CONTEXT_WITHOUT_LISTENER, clock }))).resolves.toBe(first);
    expect(clock.sleeps).toEqual([50]);
  });

  it('gives up at once when what the other side asked for is beyond the deadline', async () => {
    const { clock, result } = attempt([first], { retryAfterMs: () => 700_000 });
    await expect(failureOf(result)).resolves.toBe(first);
    expect(clock.sleeps).toEqual([]);
  });
});

describe('retry and the limits of an attempt', () => {
  it.each([
    ['the deadline', { deadlineAt: CLOCK_START_MS + 5000 }, CLOCK_START_MS + 5000],
    ['the budget', { policy: { ...POLICY, budgetMs: 3000 } }, CLOCK_START_MS + 3000],
  ])('tells every attempt when %s forbids to begin anything', async (_name, changes, latestAt) => {
    const limits: number[] = [];
    const context = { ...CONTEXT_WITHOUT_LISTENER, clock: new FakeClock(), ...changes };
    const work = (limit: { latestAt: number }): Promise<void> =>
      limits.push(limit.latestAt) < 2 ? Promise.reject(first) : Promise.resolve();
    await retry(work, context);
    expect(limits).toEqual([latestAt, latestAt]);
  });
});

describe('retry and its signal', () => {
  it('throws the failure, not the abortion, when it was aborted during an attempt', async () => {
    const controller = new AbortController();
    const { clock, result } = attempt([first], { signal: controller.signal });
    controller.abort();
    await expect(failureOf(result)).resolves.toBe(first);
    expect(clock.sleeps).toEqual([]);
  });

  it('begins no attempt after it was aborted while waiting', async () => {
    const controller = new AbortController();
    const clock = new FakeClock();
    clock.onSleep = () => controller.abort();
    const { numbers, result } = attempt([first], { signal: controller.signal }, clock);
    await expect(failureOf(result)).resolves.toBe(first);
    expect({ sleeps: clock.sleeps, numbers }).toEqual({ sleeps: [50], numbers: [1] });
  });

  it('counts a success also when it was aborted meanwhile, because what happened has happened', async () => {
    const controller = new AbortController();
    const work = (): Promise<string> => {
      controller.abort();
      return Promise.resolve('stored');
    };
    const context = { ...CONTEXT_WITHOUT_LISTENER, clock: new FakeClock(), signal: controller.signal };
    await expect(retry(work, context)).resolves.toBe('stored');
  });
});
