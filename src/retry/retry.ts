import pRetry from 'p-retry';
import type { Clock, Random } from '../ports/clock.ts';
import { noteAttempts } from './attempt-record.ts';
import { nextDelayMs } from './delay.ts';
import type { RetryPolicy } from './policy.ts';

/** One failed attempt, as those who decide about the next one see it. */
export interface FailedAttempt {
  readonly error: unknown;
  /** 1 for the first. */
  readonly attempt: number;
  /** The failures before this one, oldest first. */
  readonly earlier: readonly unknown[];
}

/** How long an attempt may wait for something else before it begins. */
export interface AttemptLimits {
  readonly signal: AbortSignal;
  /** Nothing is begun at or after this time. Milliseconds since the epoch. */
  readonly latestAt: number;
}

export interface RetryContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: RetryPolicy;
  /** Nothing is begun at or after this time. Milliseconds since the epoch. */
  readonly deadlineAt: number;
  readonly signal: AbortSignal;
  /** Whether this failure may be followed by another attempt. */
  isRetryable(failure: FailedAttempt): boolean;
  /** What the other side asked for before the next attempt, if it did. */
  retryAfterMs(error: unknown): number | undefined;
  onRetry?(failure: FailedAttempt, delayMs: number): void;
}

/**
 * Tries until it succeeds, or until trying again is pointless, not allowed, or too late.
 *
 * The last failure is thrown as it is; {@link attemptsOf} tells what it took. No wait is begun that would end after the deadline or the policy's budget:
 * then the failure is thrown at once, so that the caller can still give the work back in time. A success counts also
 * when the signal was aborted meanwhile: what happened, happened.
 */
export async function retry<T>(
  attempt: (limits: AttemptLimits) => Promise<T>,
  context: RetryContext,
): Promise<T> {
  const { clock, policy, signal } = context;
  const startedAt = clock.now();
  const latestAt = Math.min(context.deadlineAt, startedAt + policy.budgetMs);
  const earlier: unknown[] = [];
  let attempts = 0;
  const attemptOnce = (): Promise<T> => {
    attempts += 1;
    return attempt({ signal, latestAt });
  };
  const loop = pRetry(attemptOnce, {
    retries: policy.maxAttempts - 1,
    // The loop is p-retry's; the waiting is ours, because it needs the injected clock and Retry-After.
    minTimeout: 0,
    async shouldRetry({ error, attemptNumber }) {
      const failure: FailedAttempt = { error, attempt: attemptNumber, earlier: [...earlier] };
      earlier.push(error);
      if (signal.aborted || !context.isRetryable(failure)) return false;
      const delayMs = nextDelayMs(policy, attemptNumber, context.random(), context.retryAfterMs(error));
      if (clock.now() + delayMs >= latestAt) return false;
      context.onRetry?.(failure, delayMs);
      await clock.sleep(delayMs, signal);
      return !isAborted(signal);
    },
  });
  try {
    return await loop;
  } catch (error) {
    noteAttempts(error, { attempts, elapsedMs: clock.now() - startedAt });
    throw error;
  }
}

/** Read through a function, because the signal may be aborted while we wait. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
