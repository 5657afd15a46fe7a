import type { Clock } from '../../clock.ts';
import type { Delivery, Room } from '../delivery/backlog.ts';
import type { StatusError } from '../status-error.ts';
import type { ActiveSubscription } from './active-subscription.ts';
import type { Consumer } from './consumer.ts';

export interface PullOptions {
  readonly maxMessages: number;
  /** How long to wait for a first message; 0 does not wait. */
  readonly waitMs: number;
  /** The caller has gone: nothing may be leased to it any more. */
  readonly signal: AbortSignal;
}

let pulls = 0;

/**
 * Takes messages of a subscription for one pull request: what is ready, or the first that become so.
 *
 * @returns empty when none came in time or the caller has gone.
 * @throws StatusError when the subscription is deleted meanwhile or the service stops.
 */
export function pullOnce(
  subscription: ActiveSubscription,
  options: PullOptions,
  clock: Clock,
): Promise<readonly Delivery[]> {
  return new Promise((resolve, reject) => {
    pulls += 1;
    let isDone = false;
    let cancelTimer: () => void = () => undefined;
    const finish = (settle: () => void): void => {
      if (isDone) return;
      isDone = true;
      cancelTimer();
      options.signal.removeEventListener('abort', giveUp);
      subscription.detach(waiter);
      settle();
    };
    const giveUp = (): void => finish(() => resolve([]));
    const waiter: Consumer = {
      id: `pull-${pulls}`,
      leaseMs: subscription.backlog.policy.ackDeadlineMs,
      room: (): Room => ({ messages: isDone ? 0 : options.maxMessages, bytes: Infinity }),
      deliver: (deliveries) => finish(() => resolve(deliveries)),
      stop: (reason: StatusError) => finish(() => reject(reason)),
    };
    if (options.signal.aborted) {
      giveUp();
      return;
    }
    options.signal.addEventListener('abort', giveUp);
    if (options.waitMs > 0) cancelTimer = clock.after(options.waitMs, giveUp);
    subscription.attach(waiter);
    if (options.waitMs === 0) giveUp();
  });
}
