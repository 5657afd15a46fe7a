import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { Backlog, type BacklogObserver } from '../delivery/backlog.ts';
import { parseFilter, type Filter } from '../delivery/filter-parser.ts';
import { deliveryPolicy } from '../delivery/policy.ts';
import type { StoredMessage } from '../delivery/stored-message.ts';
import { StatusError } from '../status-error.ts';
import type { Subscription } from '../wire/messages.ts';
import type { Consumer } from './consumer.ts';

/** A consumer takes no more than this at a time, so that several get their share. */
const BATCH_MESSAGES = 100;
/** Below the 4 MiB that gRPC clients accept by default; a single larger message still goes out. */
const BATCH_BYTES = 3 * 1024 * 1024;

/** A subscription at work: its backlog, its consumers, and the one timer that wakes it. */
export class ActiveSubscription {
  readonly backlog: Backlog;
  readonly #clock: Clock;
  readonly #ackIdPrefix = randomBytes(6).toString('hex');
  /** In the order in which they are served next. */
  readonly #consumers = new Set<Consumer>();
  #resource: Subscription;
  #filter: Filter;
  #cancelTimer: () => void = () => undefined;
  #isPumping = false;
  #closedFor: StatusError | undefined;

  constructor(resource: Subscription, observer: BacklogObserver, clock: Clock, deliverTwice: boolean) {
    this.#resource = resource;
    this.#filter = parseFilter(resource.filter ?? '');
    this.#clock = clock;
    this.backlog = new Backlog({
      policy: deliveryPolicy(resource),
      observer,
      ackIdPrefix: this.#ackIdPrefix,
      deliverTwice,
    });
  }

  get resource(): Subscription {
    return this.#resource;
  }

  set resource(resource: Subscription) {
    this.#resource = resource;
    this.#filter = parseFilter(resource.filter ?? '');
    this.backlog.policy = deliveryPolicy(resource);
  }

  wants(message: Pick<StoredMessage, 'attributes'>): boolean {
    return this.#resource.detached !== true && this.#filter(message.attributes);
  }

  /** A subscription that is closed already stops the consumer at once. */
  attach(consumer: Consumer): void {
    if (this.#closedFor !== undefined) {
      consumer.stop(this.#closedFor);
      return;
    }
    this.#consumers.add(consumer);
    this.pump();
  }

  detach(consumer: Consumer): void {
    this.#consumers.delete(consumer);
  }

  /**
   * Acknowledges deliveries. Those whose deadline has passed are passed over: their messages come again.
   *
   * @throws StatusError INVALID_ARGUMENT when one is not an ack id at all.
   */
  acknowledge(ackIds: readonly string[]): void {
    checkAckIds(ackIds);
    for (const ackId of ackIds) this.backlog.acknowledge(ackId);
    this.pump();
  }

  /**
   * Moves the deadlines of deliveries; 0 seconds refuses them.
   *
   * @throws StatusError INVALID_ARGUMENT for a deadline outside 0 to 600 seconds, or what is not an ack id.
   */
  modifyAckDeadline(ackIds: readonly string[], seconds: number): void {
    checkAckIds(ackIds);
    if (seconds < 0 || seconds > 600) {
      throw new StatusError(
        'INVALID_ARGUMENT',
        `Invalid ack deadline given: ${seconds} seconds; it must be between 0 and 600.`,
      );
    }
    const now = this.#clock.now();
    for (const ackId of ackIds) {
      if (seconds === 0) this.backlog.refuse(ackId, now);
      else this.backlog.extend(ackId, seconds * 1000, now);
    }
    this.pump();
  }

  /** Delivers what can be delivered. To be called after anything that may have made a difference. */
  pump(): void {
    if (this.#isPumping || this.#closedFor !== undefined) return;
    this.#isPumping = true;
    try {
      this.backlog.advance(this.#clock.now());
      while (this.#serveEach());
    } finally {
      this.#isPumping = false;
    }
    this.#cancelTimer();
    const wakeAt = this.backlog.nextWakeAt();
    if (wakeAt !== undefined) {
      this.#cancelTimer = this.#clock.after(wakeAt - this.#clock.now(), () => this.pump());
    }
  }

  /** Ends all consumers. */
  close(reason: StatusError): void {
    this.#closedFor = reason;
    this.#cancelTimer();
    for (const consumer of this.#consumers) consumer.stop(reason);
    this.#consumers.clear();
  }

  /** @returns whether anything was delivered. */
  #serveEach(): boolean {
    let served = false;
    for (const consumer of [...this.#consumers]) {
      if (!this.backlog.hasReady()) return false;
      const room = consumer.room(this.backlog.heldBy(consumer.id));
      const limited = {
        messages: Math.min(room.messages, BATCH_MESSAGES),
        bytes: Math.min(room.bytes, BATCH_BYTES),
      };
      const deliveries = this.backlog.take(consumer.id, limited, consumer.leaseMs, this.#clock.now());
      if (deliveries.length === 0) continue;
      served = true;
      // Last in line for the next round.
      this.#consumers.delete(consumer);
      this.#consumers.add(consumer);
      consumer.deliver(deliveries);
    }
    return served;
  }
}

function checkAckIds(ackIds: readonly string[]): void {
  const wrong = ackIds.find((ackId) => !/^[0-9a-f]{12}-[0-9a-z]+$/.test(ackId));
  if (wrong !== undefined) {
    throw new StatusError('INVALID_ARGUMENT', `Invalid ack id (ack_id=${wrong})`);
  }
}
