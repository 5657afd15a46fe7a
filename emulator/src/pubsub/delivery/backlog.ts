import { DueQueue } from './due-queue.ts';
import { OrderingKeys, type Entry } from './entry.ts';
import { Fifo } from './fifo.ts';
import { backoffMs, type DeliveryPolicy } from './policy.ts';
import type { StoredMessage } from './stored-message.ts';

/** One delivery of a message to a subscriber. */
export interface Delivery {
  /** Names this delivery; a later delivery of the same message has another one. */
  readonly ackId: string;
  readonly message: StoredMessage;
  /** 1 + the failed deliveries before; undefined without a dead-letter policy, as on the real service. */
  readonly deliveryAttempt: number | undefined;
}

/** Who is told of what must outlive the process or go elsewhere. */
export interface BacklogObserver {
  /** The message needs no further delivery here: acknowledged, dead-lettered or too old. */
  removed(message: StoredMessage): void;
  failed(message: StoredMessage, failures: number): void;
  /** @returns false when the message could not be forwarded; it is then delivered here again. */
  forwardDeadLetter(message: StoredMessage, failures: number): boolean;
}

export interface BacklogOptions {
  readonly policy: DeliveryPolicy;
  readonly observer: BacklogObserver;
  /** Sets the ack ids of this subscription apart from all others'. */
  readonly ackIdPrefix: string;
  /** Delivers each message a second time after its first delivery was acknowledged. */
  readonly deliverTwice: boolean;
}

/** How much may be taken at once. At least one message is given if both allow anything. */
export interface Room {
  readonly messages: number;
  readonly bytes: number;
}

/**
 * The undelivered messages of one subscription: who holds which until when, what waits for its backoff, what is
 * to be dead-lettered. It has no clock: every call is told the time, and `nextWakeAt` says when to call
 * `advance` again.
 */
export class Backlog {
  policy: DeliveryPolicy;
  readonly #options: BacklogOptions;
  /** By message id, in the order of publication. */
  readonly #entries = new Map<string, Entry>();
  /** The same, for finding the oldest; what is gone is skipped, a Map would pass over all its gaps each time. */
  readonly #byAge = new Fifo<Entry>();
  readonly #ready = new Fifo<Entry>();
  readonly #due = new DueQueue<Entry>();
  readonly #keys = new OrderingKeys();
  readonly #leases = new Map<string, Entry>();
  readonly #held = new Map<string, { messages: number; bytes: number }>();
  #deliveries = 0;

  constructor(options: BacklogOptions) {
    this.#options = options;
    this.policy = options.policy;
  }

  get size(): number {
    return this.#entries.size;
  }

  get outstanding(): number {
    return this.#leases.size;
  }

  /** @param failures what is known of earlier deliveries, after a restart. */
  add(message: StoredMessage, failures = 0): void {
    const entry: Entry = {
      message,
      state: 'behind',
      failures,
      isRepeated: false,
      lease: undefined,
      next: undefined,
      dueAt: undefined,
    };
    this.#entries.set(message.id, entry);
    this.#byAge.push(entry);
    if (!this.#isOrdered(entry) || this.#keys.append(entry)) this.#makeReady(entry);
  }

  /** Leases messages to a holder. Empty when nothing is ready. */
  take(holder: string, room: Room, leaseMs: number, now: number): Delivery[] {
    const deliveries: Delivery[] = [];
    let bytes = 0;
    while (deliveries.length < room.messages && bytes < room.bytes) {
      const entry = this.#nextReady();
      if (entry === undefined) break;
      if (deliveries.length > 0 && bytes + entry.message.sizeBytes > room.bytes) break;
      this.#ready.shift();
      bytes += entry.message.sizeBytes;
      deliveries.push(this.#lease(entry, holder, now + leaseMs));
    }
    return deliveries;
  }

  hasReady(): boolean {
    return this.#nextReady() !== undefined;
  }

  /** What a holder has not settled yet. */
  heldBy(holder: string): { readonly messages: number; readonly bytes: number } {
    return this.#held.get(holder) ?? { messages: 0, bytes: 0 };
  }

  /** @returns false when the delivery is unknown or its deadline has passed: the message comes again. */
  acknowledge(ackId: string): boolean {
    const entry = this.#release(ackId);
    if (entry === undefined) return false;
    if (this.#options.deliverTwice && !entry.isRepeated) {
      entry.isRepeated = true;
      this.#makeReady(entry);
    } else {
      this.#remove(entry);
    }
    return true;
  }

  /** A negative acknowledgement. @returns false as {@link acknowledge} does. */
  refuse(ackId: string, now: number): boolean {
    const entry = this.#release(ackId);
    if (entry === undefined) return false;
    this.#fail(entry, now);
    return true;
  }

  /** Gives a delivery back that never reached its subscriber; it does not count as failed. */
  giveBack(ackId: string): void {
    const entry = this.#release(ackId);
    if (entry !== undefined) this.#makeReady(entry);
  }

  /** Moves the deadline of a delivery to `leaseMs` from now. @returns false as {@link acknowledge} does. */
  extend(ackId: string, leaseMs: number, now: number): boolean {
    const entry = this.#leases.get(ackId);
    if (entry === undefined) return false;
    this.#due.set(entry, now + leaseMs);
    return true;
  }

  /** Does what is due: passed deadlines are failures, passed backoffs make ready, old messages are dropped. */
  advance(now: number): void {
    for (let entry = this.#due.takeDue(now); entry !== undefined; entry = this.#due.takeDue(now)) {
      if (entry.lease === undefined) {
        this.#makeReady(entry);
      } else {
        this.#release(entry.lease.ackId);
        this.#fail(entry, now);
      }
    }
    for (let entry = this.#oldest(); entry !== undefined; entry = this.#oldest()) {
      if (entry.message.publishTimeMs + this.policy.retentionMs > now) break;
      if (entry.lease !== undefined) this.#release(entry.lease.ackId);
      this.#remove(entry);
    }
  }

  /** When `advance` has something to do next. */
  nextWakeAt(): number | undefined {
    const oldest = this.#oldest();
    if (oldest === undefined) return undefined;
    return Math.min(this.#due.nextAt() ?? Infinity, oldest.message.publishTimeMs + this.policy.retentionMs);
  }

  /** Everything undelivered, oldest first. */
  *contents(): Generator<{ readonly message: StoredMessage; readonly failures: number }> {
    for (const { message, failures } of this.#entries.values()) yield { message, failures };
  }

  #isOrdered(entry: Entry): boolean {
    return this.policy.isOrdered && entry.message.orderingKey !== '';
  }

  #oldest(): Entry | undefined {
    for (let entry = this.#byAge.peek(); entry !== undefined; entry = this.#byAge.peek()) {
      if (entry.state !== 'gone') return entry;
      this.#byAge.shift();
    }
    return undefined;
  }

  #nextReady(): Entry | undefined {
    for (let entry = this.#ready.peek(); entry !== undefined; entry = this.#ready.peek()) {
      if (entry.state === 'ready') return entry;
      this.#ready.shift();
    }
    return undefined;
  }

  #makeReady(entry: Entry): void {
    entry.state = 'ready';
    this.#ready.push(entry);
  }

  #lease(entry: Entry, holder: string, deadlineAt: number): Delivery {
    this.#deliveries += 1;
    const ackId = `${this.#options.ackIdPrefix}-${this.#deliveries.toString(36)}`;
    entry.state = 'leased';
    entry.lease = { ackId, holder };
    this.#leases.set(ackId, entry);
    this.#due.set(entry, deadlineAt);
    const held = this.heldBy(holder);
    this.#held.set(holder, {
      messages: held.messages + 1,
      bytes: held.bytes + entry.message.sizeBytes,
    });
    return {
      ackId,
      message: entry.message,
      deliveryAttempt: this.policy.deadLetter === undefined ? undefined : entry.failures + 1,
    };
  }

  /** Ends a lease; what becomes of the message is the caller's decision. */
  #release(ackId: string): Entry | undefined {
    const entry = this.#leases.get(ackId);
    if (entry?.lease === undefined) return undefined;
    const { holder } = entry.lease;
    const held = this.heldBy(holder);
    if (held.messages <= 1) this.#held.delete(holder);
    else {
      this.#held.set(holder, {
        messages: held.messages - 1,
        bytes: held.bytes - entry.message.sizeBytes,
      });
    }
    this.#leases.delete(ackId);
    this.#due.delete(entry);
    entry.lease = undefined;
    return entry;
  }

  #fail(entry: Entry, now: number): void {
    entry.failures += 1;
    const limit = this.policy.deadLetter?.maxDeliveryAttempts ?? Infinity;
    if (entry.failures >= limit && this.#options.observer.forwardDeadLetter(entry.message, entry.failures)) {
      this.#remove(entry);
      return;
    }
    this.#options.observer.failed(entry.message, entry.failures);
    const waitMs = backoffMs(this.policy, entry.failures);
    if (waitMs === 0) {
      this.#makeReady(entry);
    } else {
      entry.state = 'waiting';
      this.#due.set(entry, now + waitMs);
    }
  }

  #remove(entry: Entry): void {
    entry.state = 'gone';
    this.#due.delete(entry);
    this.#entries.delete(entry.message.id);
    // Behind one message that stays for long, those that are gone must not pile up.
    if (this.#byAge.length > 2 * this.#entries.size + 64)
      this.#byAge.keepOnly(({ state }) => state !== 'gone');
    if (this.#isOrdered(entry)) {
      const next = this.#keys.remove(entry);
      if (next !== undefined) this.#makeReady(next);
    }
    this.#options.observer.removed(entry.message);
  }
}
