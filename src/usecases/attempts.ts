import { CourierError, type ErrorCode } from '../domain/errors.ts';
import type { Clock, Random } from '../ports/clock.ts';
import { attemptsOf } from '../retry/attempt-record.ts';
import type { RetryPolicy } from '../retry/policy.ts';
import { retry, type AttemptLimits, type FailedAttempt } from '../retry/retry.ts';
import type { Invocation } from './invocation.ts';

/** Failures after which the same call, repeated at once, may succeed. An allow-list: what is not on it is given back. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'throttled',
  'unavailable',
  'connection-lost',
  'malformed-answer',
  'checksum-mismatch',
]);

/** Does a piece of work, trying again within the invocation's time. */
export type Attempts = <T>(invocation: Invocation, work: (limits: AttemptLimits) => Promise<T>) => Promise<T>;

export function makeAttempts(clock: Clock, random: Random, policy: RetryPolicy): Attempts {
  return (invocation, work) =>
    retry(work, {
      clock,
      random,
      policy,
      deadlineAt: invocation.deadlineAt,
      signal: invocation.signal,
      isRetryable,
      retryAfterMs: (error) => (error instanceof CourierError ? error.retryAfterMs : undefined),
      onRetry: ({ error, attempt }, delayMs) =>
        invocation.logger.warning('tried again', {
          ...describeError(error),
          attempt,
          delayMs: Math.round(delayMs),
        }),
    });
}

/** A refused token is refreshed, so that is worth one more try, and not a second one. */
function isRetryable({ error, earlier }: FailedAttempt): boolean {
  if (!(error instanceof CourierError)) return false;
  if (error.code !== 'unauthenticated') return RETRYABLE.has(error.code);
  return !earlier.some((before) => before instanceof CourierError && before.code === 'unauthenticated');
}

/** What may be logged of an error. The message of an error that is not ours may quote anything, so its name must do. */
export function describeError(error: unknown): Readonly<Record<string, unknown>> {
  const record = attemptsOf(error);
  const tries =
    record === undefined ? {} : { tries: record.attempts, elapsedMs: Math.round(record.elapsedMs) };
  if (error instanceof CourierError) return { error: error.code, ...error.details, ...tries };
  return { error: error instanceof Error ? error.name : typeof error, ...tries };
}
