import { expect, it } from '@jest/globals';
import { UnavailableError } from '../../../src/domain/errors.ts';
import { attemptsOf, noteAttempts } from '../../../src/retry/attempt-record.ts';
import { DEFAULT_RETRY_POLICY } from '../../../src/retry/policy.ts';
import { retry } from '../../../src/retry/retry.ts';
import { failureOf } from '../../support/blocks.ts';
import { CLOCK_START_MS, FakeClock } from '../../support/fake-clock.ts';

it('tells what a failure took, and leaves the failure what it is', async () => {
  const clock = new FakeClock();
  const error = new UnavailableError('503');
  const thrown = await failureOf(
    retry(() => Promise.reject(error), {
      clock,
      random: () => 0.5,
      policy: { ...DEFAULT_RETRY_POLICY, maxAttempts: 3, baseDelayMs: 100 },
      deadlineAt: CLOCK_START_MS + 60_000,
      signal: new AbortController().signal,
      isRetryable: () => true,
      retryAfterMs: () => undefined,
    }),
  );
  expect(thrown).toBe(error);
  expect(clock.sleeps).toEqual([50, 100]);
  expect(attemptsOf(error)).toEqual({ attempts: 3, elapsedMs: 150 });
});

it('knows nothing of an error that went through no retry', () => {
  expect(attemptsOf(new Error('x'))).toBeUndefined();
  expect(attemptsOf('x')).toBeUndefined();
});

it('takes no note of what is no object', () => {
  expect(() => noteAttempts('x', { attempts: 1, elapsedMs: 0 })).not.toThrow();
});
