import { durationMs } from '../resources/bounds.ts';
import type { Subscription } from '../wire/messages.ts';

/** How a subscription delivers, in the units the delivery works with. */
export interface DeliveryPolicy {
  readonly ackDeadlineMs: number;
  /** A message that was not acknowledged for this long after its publication is dropped. */
  readonly retentionMs: number;
  readonly isOrdered: boolean;
  /** Absent: a failed message is delivered again at once. */
  readonly retry?: { readonly minimumMs: number; readonly maximumMs: number };
  readonly deadLetter?: { readonly topic: string; readonly maxDeliveryAttempts: number };
}

/** @param subscription with the defaults filled in. */
export function deliveryPolicy(subscription: Subscription): DeliveryPolicy {
  const { deadLetterPolicy, retryPolicy } = subscription;
  return {
    ackDeadlineMs: (subscription.ackDeadlineSeconds ?? 10) * 1000,
    retentionMs: durationMs(subscription.messageRetentionDuration ?? {}),
    isOrdered: subscription.enableMessageOrdering === true,
    ...(retryPolicy && {
      retry: {
        minimumMs: durationMs(retryPolicy.minimumBackoff ?? {}),
        maximumMs: durationMs(retryPolicy.maximumBackoff ?? {}),
      },
    }),
    ...(deadLetterPolicy && {
      deadLetter: {
        topic: deadLetterPolicy.deadLetterTopic ?? '',
        maxDeliveryAttempts: deadLetterPolicy.maxDeliveryAttempts ?? 5,
      },
    }),
  };
}

/**
 * How long a message waits after its n-th failed delivery: the minimum, doubled with each further failure, up to
 * the maximum. Failures are counted per message.
 */
export function backoffMs(policy: DeliveryPolicy, failures: number): number {
  if (policy.retry === undefined) return 0;
  const { minimumMs, maximumMs } = policy.retry;
  return Math.min(maximumMs, minimumMs * 2 ** Math.min(failures - 1, 40));
}
