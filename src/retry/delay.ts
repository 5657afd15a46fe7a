import type { RetryPolicy } from './policy.ts';

/**
 * How long to wait before the next attempt: full jitter under an exponentially growing cap, and never less than
 * what the other side asked for, even above the cap.
 *
 * Full jitter spreads the clients of a throttled service better than equal or no jitter
 * (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 *
 * @param failedAttempts how many attempts have failed, at least 1.
 * @param random in [0, 1).
 */
export function nextDelayMs(
  policy: Pick<RetryPolicy, 'baseDelayMs' | 'maxDelayMs'>,
  failedAttempts: number,
  random: number,
  retryAfterMs = 0,
): number {
  const cap = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (failedAttempts - 1));
  return Math.max(retryAfterMs, Math.round(random * cap));
}
