import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { ActiveSubscription } from '../broker/active-subscription.ts';
import type { Consumer } from '../broker/consumer.ts';
import type { Clock } from '../../clock.ts';
import type { Delivery, Room } from '../delivery/backlog.ts';
import type { PushConfig } from '../wire/messages.ts';
import type { PushOptions } from './push-options.ts';
import { pushRequest } from './push-request.ts';
import { PushWindow } from './push-window.ts';
import { sendPush } from './send-push.ts';

let consumers = 0;

/** Pushes a subscription's messages to its endpoint. */
export class PushConsumer implements Consumer {
  readonly id: string;
  readonly #subscription: ActiveSubscription;
  readonly #config: PushConfig;
  readonly #endpoint: URL;
  readonly #options: PushOptions;
  readonly #clock: Clock;
  readonly #window: PushWindow;
  readonly #agent: HttpAgent;
  readonly #requests = new Set<AbortController>();
  #cancelWake: () => void = () => undefined;
  #isStopped = false;

  /** @param config with an endpoint. */
  constructor(subscription: ActiveSubscription, config: PushConfig, options: PushOptions, clock: Clock) {
    consumers += 1;
    this.id = `push-${consumers}`;
    this.#subscription = subscription;
    this.#config = config;
    this.#endpoint = new URL(config.pushEndpoint ?? '');
    this.#options = options;
    this.#clock = clock;
    this.#window = new PushWindow(options);
    const makeAgent = this.#endpoint.protocol === 'https:' ? HttpsAgent : HttpAgent;
    this.#agent = new makeAgent({ keepAlive: true, maxFreeSockets: options.maximumWindow });
  }

  /** Of a push subscription the ack deadline is also the time-out of the request. */
  get leaseMs(): number {
    return this.#subscription.backlog.policy.ackDeadlineMs;
  }

  room(held: Room): Room {
    const now = this.#clock.now();
    const size = this.#window.sizeAt(now);
    if (size === 0) this.#wakeAfter(this.#window.pausedUntil - now);
    return {
      messages: size - this.#requests.size,
      bytes: this.#options.maximumInFlightBytes - held.bytes,
    };
  }

  deliver(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) void this.#push(delivery);
  }

  /** Breaks off what is in flight; its messages are not counted as failed. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelWake();
    for (const request of this.#requests) request.abort();
    this.#agent.destroy();
  }

  async #push(delivery: Delivery): Promise<void> {
    const controller = new AbortController();
    this.#requests.add(controller);
    const cancelTimeout = this.#clock.after(this.leaseMs, () => controller.abort());
    const push = pushRequest(this.#subscription.resource.name, this.#config, delivery, this.#clock.now());
    const isAcknowledged = await this.#send(push, controller.signal);
    cancelTimeout();
    const inFlight = this.#requests.size;
    this.#requests.delete(controller);
    if (this.#isStopped) {
      this.#subscription.backlog.giveBack(delivery.ackId);
    } else if (isAcknowledged) {
      this.#window.succeeded(inFlight);
      this.#subscription.backlog.acknowledge(delivery.ackId);
    } else {
      const now = this.#clock.now();
      this.#window.failed(now);
      this.#subscription.backlog.refuse(delivery.ackId, now);
    }
    this.#subscription.pump();
  }

  /** A reset, a refused connection or the deadline is a failed delivery like any other status. */
  async #send(push: Parameters<typeof sendPush>[0], signal: AbortSignal): Promise<boolean> {
    try {
      const status = await sendPush(push, { endpoint: this.#endpoint, agent: this.#agent, signal });
      return this.#options.ackStatuses.has(status);
    } catch {
      return false;
    }
  }

  #wakeAfter(delayMs: number): void {
    this.#cancelWake();
    this.#cancelWake = this.#clock.after(delayMs, () => this.#subscription.pump());
  }
}
