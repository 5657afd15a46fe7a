import type { ActiveSubscription } from '../broker/active-subscription.ts';
import type { Clock } from '../../clock.ts';
import { isPush } from '../resources/subscription.ts';
import { PushConsumer } from './push-consumer.ts';
import type { PushOptions } from './push-options.ts';

/** Keeps one push consumer at each subscription that has an endpoint, and the right one. */
export class PushDispatch {
  readonly #options: PushOptions;
  readonly #clock: Clock;
  readonly #running = new WeakMap<ActiveSubscription, { consumer: PushConsumer; config: string }>();

  constructor(options: PushOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** To be called with every new and every changed subscription. */
  follow(subscription: ActiveSubscription): void {
    const { pushConfig = {}, detached } = subscription.resource;
    const isWanted = isPush(subscription.resource) && detached !== true;
    const config = isWanted ? JSON.stringify(pushConfig) : '';
    const running = this.#running.get(subscription);
    if ((running?.config ?? '') === config) return;
    if (running !== undefined) {
      this.#running.delete(subscription);
      subscription.detach(running.consumer);
      running.consumer.stop();
    }
    if (!isWanted) return;
    const options = optionsFor(subscription.resource.name, this.#options);
    const consumer = new PushConsumer(subscription, pushConfig, options, this.#clock);
    this.#running.set(subscription, { consumer, config });
    subscription.attach(consumer);
  }
}

/** @param name `projects/…/subscriptions/{id}` */
function optionsFor(name: string, options: PushOptions): PushOptions {
  const id = name.slice(name.lastIndexOf('/') + 1);
  return { ...options, maximumWindow: options.maximumWindows[id] ?? options.maximumWindow };
}
