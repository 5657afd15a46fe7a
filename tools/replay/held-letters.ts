import type { ReplayClock } from './pace.ts';
import type { LetterService } from './letter-service.ts';

/** The longest that Pub/Sub leases a message for. */
const LEASE_SECONDS = 600;
const RENEW_AFTER_MS = 240_000;
/** Pub/Sub takes 512 KiB a request; an ack id has some 200 bytes. */
const IDS_PER_REQUEST = 500;
const MOST_SENT = 10_000;

/** The most messages that one run keeps back; some 500 bytes each. */
export const MOST_HELD = 10_000;

/**
 * The messages that a run keeps from coming again until it ends, and those that it has sent.
 *
 * Without it, a message that was passed over would be pulled for ever.
 */
export class HeldLetters {
  readonly #service: Pick<LetterService, 'extend'>;
  readonly #clock: ReplayClock;
  readonly #held = new Map<string, { readonly ackId: string; readonly renewAt: number }>();
  readonly #sent = new Set<string>();

  constructor(service: Pick<LetterService, 'extend'>, clock: ReplayClock) {
    this.#service = service;
    this.#clock = clock;
  }

  get isFull(): boolean {
    return this.#held.size >= MOST_HELD;
  }

  stateOf(messageId: string): 'new' | 'held' | 'sent' {
    if (this.#sent.has(messageId)) return 'sent';
    return this.#held.has(messageId) ? 'held' : 'new';
  }

  /** Keeps messages, also those that have come again because their lease had passed. */
  async hold(letters: readonly { readonly messageId: string; readonly ackId: string }[]): Promise<void> {
    const renewAt = this.#clock.now() + RENEW_AFTER_MS;
    for (const { messageId, ackId } of letters) this.#held.set(messageId, { ackId, renewAt });
    await this.#extend(
      letters.map(({ ackId }) => ackId),
      LEASE_SECONDS,
    );
  }

  /** These are on their way, and need nothing but an acknowledgement if they come again. */
  markSent(letters: readonly { readonly messageId: string }[]): void {
    for (const { messageId } of letters) {
      this.#held.delete(messageId);
      this.#sent.add(messageId);
    }
    for (const oldest of this.#sent) {
      if (this.#sent.size <= MOST_SENT) break;
      this.#sent.delete(oldest);
    }
  }

  /** Extends what would come again soon. */
  async renew(): Promise<void> {
    const now = this.#clock.now();
    const due = [...this.#held].filter(([, { renewAt }]) => renewAt <= now);
    if (due.length > 0) await this.hold(due.map(([messageId, { ackId }]) => ({ messageId, ackId })));
  }

  /** Gives everything back that was not sent. */
  async giveBack(): Promise<void> {
    await this.#extend(
      [...this.#held.values()].map(({ ackId }) => ackId),
      0,
    );
    this.#held.clear();
  }

  async #extend(ackIds: readonly string[], seconds: number): Promise<void> {
    for (let start = 0; start < ackIds.length; start += IDS_PER_REQUEST) {
      await this.#service.extend(ackIds.slice(start, start + IDS_PER_REQUEST), seconds);
    }
  }
}
