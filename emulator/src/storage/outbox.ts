import type { Publish } from '../stack/messages.ts';
import type { Catalog } from './catalog.ts';
import type { PendingEvent } from './records.ts';

const LONGEST_RETRY_DELAY_MS = 10_000;

export interface OutboxOptions {
  readonly catalog: Catalog;
  readonly publish: Publish;
  /** Before the first retry; it doubles up to ten seconds. */
  readonly retryDelayMs: number;
  /** Told once of each notification that was not accepted at the first attempt. */
  readonly warn: (message: string) => void;
}

/**
 * Publishes notifications at least once.
 *
 * An event is committed together with the change it tells of, and leaves the catalog only when Pub/Sub has
 * accepted it. So neither a failing topic nor the end of the process can lose one; the latter may repeat one.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #closing = new AbortController();
  readonly #refused = new Map<string, PendingEvent>();
  #retries = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Takes up what an earlier run could not publish. */
  start(): void {
    for (const event of this.#options.catalog.pendingEvents()) this.#refused.set(event.id, event);
    this.#scheduleRetry(0);
  }

  /**
   * Tries each event once.
   *
   * Never rejects: what is not accepted is tried again in the background, as the change it tells of has happened.
   */
  async deliver(events: readonly PendingEvent[]): Promise<void> {
    await Promise.all(
      events.map(async (event) => {
        const failure = await this.#attempt(event);
        if (failure === undefined) return;
        this.#options.warn(`Notification for ${event.topic} is kept and tried again: ${failure}`);
        this.#refused.set(event.id, event);
        this.#scheduleRetry(this.#options.retryDelayMs);
      }),
    );
  }

  /** What is not published by now is published by the next run. */
  close(): void {
    this.#closing.abort();
    clearTimeout(this.#timer);
  }

  /** The reason why the event was not accepted, or undefined when it was, or when the outbox closes meanwhile. */
  async #attempt(event: PendingEvent): Promise<string | undefined> {
    const { catalog, publish } = this.#options;
    const { topic, attributes } = event;
    try {
      const accepted = publish(topic, { data: Buffer.from(event.data), attributes });
      if (await this.#closesBefore(accepted)) return undefined;
      catalog.commit({ eventsSent: [event.id] });
      return undefined;
    } catch (error) {
      return String(error);
    }
  }

  /** Waits, but not on a topic that hangs while the stand-in is to stop. */
  async #closesBefore(accepted: Promise<void>): Promise<boolean> {
    const { signal } = this.#closing;
    const closed = Promise.withResolvers<boolean>();
    const onAbort = (): void => closed.resolve(true);
    signal.addEventListener('abort', onAbort);
    try {
      return (await Promise.race([accepted.then(() => false), closed.promise])) || signal.aborted;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #scheduleRetry(delayMs: number): void {
    if (this.#timer !== undefined || this.#closing.signal.aborted || this.#refused.size === 0) return;
    this.#timer = setTimeout(() => void this.#retry(), delayMs);
  }

  async #retry(): Promise<void> {
    for (const event of [...this.#refused.values()]) {
      if ((await this.#attempt(event)) === undefined) {
        this.#refused.delete(event.id);
        this.#retries = 0;
      }
    }
    this.#timer = undefined;
    this.#retries += 1;
    this.#scheduleRetry(Math.min(this.#options.retryDelayMs * 2 ** this.#retries, LONGEST_RETRY_DELAY_MS));
  }
}
