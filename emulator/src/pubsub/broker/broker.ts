import type { Clock } from '../../clock.ts';
import type { BacklogObserver } from '../delivery/backlog.ts';
import { storedMessage, type StoredMessage } from '../delivery/stored-message.ts';
import type { ChangeLog } from '../journal/journal.ts';
import type { JournalRecord, Recipient } from '../journal/records.ts';
import type { ReplayedState } from '../journal/replay.ts';
import { DELETED_TOPIC } from '../resources/names.ts';
import { StatusError } from '../status-error.ts';
import type { Subscription, Topic } from '../wire/messages.ts';
import { ActiveSubscription } from './active-subscription.ts';
import { deadLetter } from './dead-letter.ts';
import type { Draft } from './draft.ts';
import { makeMessageIds } from './message-ids.ts';

export interface BrokerOptions {
  readonly clock: Clock;
  readonly deliverTwice: boolean;
  /** All undelivered messages together, counted once for each subscription. */
  readonly backlogLimitBytes: number;
  /** What a person should know and no caller can be told, in one sentence. */
  readonly onProblem: (problem: string) => void;
  /** Told of every subscription that is new or has changed. */
  readonly onSubscription: (active: ActiveSubscription) => void;
}

/** Topics, their subscriptions, and what lies between publisher and subscriber. */
export class Broker {
  readonly #options: BrokerOptions;
  readonly #topics = new Map<string, Topic>();
  readonly #subscriptions = new Map<string, ActiveSubscription>();
  readonly #nextMessageId = makeMessageIds();
  #log: ChangeLog;
  #backlogBytes = 0;

  constructor(options: BrokerOptions, log: ChangeLog) {
    this.#options = options;
    this.#log = log;
  }

  /** Takes over what an earlier run left. */
  restore(state: ReplayedState): void {
    for (const topic of state.topics.values()) this.#topics.set(topic.name, topic);
    for (const { resource, messages } of state.subscriptions.values()) {
      const active = this.#activate(resource);
      for (const { message, failures } of messages.values()) {
        this.#backlogBytes += message.sizeBytes;
        active.backlog.add(message, failures);
      }
    }
  }

  /** Writes every change to this log from now on. */
  set log(log: ChangeLog) {
    this.#log = log;
  }

  /** Begins to deliver what was restored. */
  start(): void {
    for (const active of this.#subscriptions.values()) {
      this.#options.onSubscription(active);
      active.pump();
    }
  }

  /** The records that make up the current state. */
  snapshot(): JournalRecord[] {
    const records: JournalRecord[] = [];
    const messages = new Map<StoredMessage, Recipient[]>();
    for (const topic of this.#topics.values()) records.push({ op: 'topic', topic });
    for (const { resource, backlog } of this.#subscriptions.values()) {
      records.push({ op: 'subscription', subscription: resource });
      for (const { message, failures } of backlog.contents()) {
        const recipients = messages.get(message) ?? [];
        recipients.push({ subscription: resource.name, failures });
        messages.set(message, recipients);
      }
    }
    for (const [message, to] of messages) records.push({ op: 'message', message, to });
    return records;
  }

  /** @throws StatusError NOT_FOUND */
  topic(name: string): Topic {
    return this.#topics.get(name) ?? notFound(name);
  }

  /** @throws StatusError NOT_FOUND */
  subscription(name: string): ActiveSubscription {
    return this.#subscriptions.get(name) ?? notFound(name);
  }

  topicsOf(project: string): Topic[] {
    return [...this.#topics.values()].filter(({ name }) => name.startsWith(`projects/${project}/`));
  }

  subscriptionsOf(project: string): Subscription[] {
    return [...this.#subscriptions.values()]
      .map(({ resource }) => resource)
      .filter(({ name }) => name.startsWith(`projects/${project}/`));
  }

  subscriptionsTo(topic: string): ActiveSubscription[] {
    return [...this.#subscriptions.values()].filter(({ resource }) => resource.topic === topic);
  }

  /** @throws StatusError ALREADY_EXISTS */
  async createTopic(topic: Topic): Promise<void> {
    if (this.#topics.has(topic.name)) alreadyExists(topic.name);
    await this.changeTopic(topic);
  }

  async changeTopic(topic: Topic): Promise<void> {
    this.#topics.set(topic.name, topic);
    await this.#log.append({ op: 'topic', topic });
  }

  /** Its subscriptions stay, with what they hold. */
  async deleteTopic(name: string): Promise<void> {
    this.topic(name);
    this.#topics.delete(name);
    const records: Promise<void>[] = [this.#log.append({ op: 'topic-deleted', name })];
    for (const active of this.subscriptionsTo(name)) {
      active.resource = { ...active.resource, topic: DELETED_TOPIC };
      records.push(this.#log.append({ op: 'subscription', subscription: active.resource }));
    }
    await Promise.all(records);
  }

  /** @throws StatusError ALREADY_EXISTS, or NOT_FOUND for its topic or dead-letter topic. */
  async createSubscription(resource: Subscription): Promise<ActiveSubscription> {
    if (this.#subscriptions.has(resource.name)) alreadyExists(resource.name);
    this.topic(resource.topic);
    this.#checkDeadLetterTopic(resource);
    const active = this.#activate(resource);
    this.#options.onSubscription(active);
    await this.#log.append({ op: 'subscription', subscription: resource });
    return active;
  }

  /** @throws StatusError NOT_FOUND for its dead-letter topic. */
  async changeSubscription(resource: Subscription): Promise<ActiveSubscription> {
    const active = this.subscription(resource.name);
    this.#checkDeadLetterTopic(resource);
    active.resource = resource;
    this.#options.onSubscription(active);
    active.pump();
    await this.#log.append({ op: 'subscription', subscription: resource });
    return active;
  }

  async deleteSubscription(name: string): Promise<void> {
    const active = this.subscription(name);
    this.#subscriptions.delete(name);
    active.close(new StatusError('NOT_FOUND', `Resource not found (resource=${name}).`));
    for (const { message } of active.backlog.contents()) this.#backlogBytes -= message.sizeBytes;
    await this.#log.append({ op: 'subscription-deleted', name });
  }

  /** Cuts a subscription off its topic and drops what it holds. */
  async detachSubscription(name: string): Promise<void> {
    const { resource } = this.subscription(name);
    await this.deleteSubscription(name);
    const detached = this.#activate({ ...resource, detached: true });
    await this.#log.append({ op: 'subscription', subscription: detached.resource });
  }

  /**
   * Hands messages to all subscriptions of a topic.
   *
   * @returns the messages' ids, in order, once they survive a restart.
   * @throws StatusError NOT_FOUND, or RESOURCE_EXHAUSTED when the undelivered messages would pass their limit.
   */
  async publish(topic: string, drafts: readonly Draft[]): Promise<string[]> {
    this.topic(topic);
    const messages = drafts.map((draft) => this.#stored(draft));
    const recipients = this.subscriptionsTo(topic);
    const addedBytes = messages.reduce(
      (sum, message) => sum + message.sizeBytes * recipients.filter((active) => active.wants(message)).length,
      0,
    );
    const { backlogLimitBytes } = this.#options;
    if (addedBytes > 0 && this.#backlogBytes + addedBytes > backlogLimitBytes) {
      throw new StatusError(
        'RESOURCE_EXHAUSTED',
        `${this.#backlogBytes} bytes of messages are undelivered, and ${backlogLimitBytes} is the limit.`,
      );
    }
    const written = messages.map((message) => this.#distribute(message, recipients));
    for (const active of recipients) active.pump();
    await Promise.all(written);
    return messages.map(({ id }) => id);
  }

  /** Ends all deliveries. The backlogs stay as they are, for the journal. */
  close(reason: StatusError): void {
    for (const active of this.#subscriptions.values()) active.close(reason);
  }

  #stored(draft: Draft): StoredMessage {
    return storedMessage({ ...draft, id: this.#nextMessageId(), publishTimeMs: this.#options.clock.now() });
  }

  #distribute(message: StoredMessage, recipients: readonly ActiveSubscription[]): Promise<void> {
    const to: Recipient[] = [];
    for (const active of recipients) {
      if (!active.wants(message)) continue;
      this.#backlogBytes += message.sizeBytes;
      active.backlog.add(message);
      to.push({ subscription: active.resource.name, failures: 0 });
    }
    return to.length === 0 ? Promise.resolve() : this.#log.append({ op: 'message', message, to });
  }

  #activate(resource: Subscription): ActiveSubscription {
    const { clock, deliverTwice } = this.#options;
    const active = new ActiveSubscription(resource, this.#observer(resource.name), clock, deliverTwice);
    this.#subscriptions.set(resource.name, active);
    return active;
  }

  #observer(subscription: string): BacklogObserver {
    return {
      removed: (message) => {
        this.#backlogBytes -= message.sizeBytes;
        this.#note({ op: 'settled', subscription, id: message.id });
      },
      failed: (message, failures) => this.#note({ op: 'failed', subscription, id: message.id, failures }),
      forwardDeadLetter: (message, failures) => this.#forwardDeadLetter(subscription, message, failures),
    };
  }

  /** Not held up by the backlog's limit: the message leaves one backlog as it enters another. */
  #forwardDeadLetter(subscription: string, message: StoredMessage, failures: number): boolean {
    const topic = this.#subscriptions.get(subscription)?.resource.deadLetterPolicy?.deadLetterTopic ?? '';
    if (!this.#topics.has(topic)) {
      this.#options.onProblem(
        `${subscription} cannot forward message ${message.id}: ${topic} does not exist.`,
      );
      return false;
    }
    const recipients = this.subscriptionsTo(topic);
    if (recipients.length === 0) {
      this.#options.onProblem(
        `Message ${message.id} of ${subscription} is lost: ${topic} has no subscription.`,
      );
    }
    const forwarded = this.#stored(deadLetter(message, subscription, failures));
    this.#distribute(forwarded, recipients).catch((error: unknown) => this.#options.onProblem(String(error)));
    for (const active of recipients) active.pump();
    return true;
  }

  #note(record: JournalRecord): void {
    this.#log.append(record).catch((error: unknown) => this.#options.onProblem(String(error)));
  }

  #checkDeadLetterTopic(resource: Subscription): void {
    const topic = resource.deadLetterPolicy?.deadLetterTopic;
    if (topic !== undefined) this.topic(topic);
  }
}

function notFound(resource: string): never {
  throw new StatusError('NOT_FOUND', `Resource not found (resource=${resource}).`);
}

function alreadyExists(resource: string): never {
  throw new StatusError('ALREADY_EXISTS', `Resource already exists in the project (resource=${resource}).`);
}
