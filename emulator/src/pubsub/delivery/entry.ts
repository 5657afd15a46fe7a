import type { Dated } from './due-queue.ts';
import type { StoredMessage } from './stored-message.ts';

/**
 * Where a message is on its way through one subscription.
 *
 * `ready` to be delivered; `leased` to a subscriber until the deadline; `waiting` for its backoff to pass;
 * `behind` an earlier message of its ordering key; `gone`: acknowledged, dead-lettered or too old.
 */
type EntryState = 'ready' | 'leased' | 'waiting' | 'behind' | 'gone';

/** One message in one subscription. */
export interface Entry extends Dated {
  readonly message: StoredMessage;
  state: EntryState;
  /** Negative acknowledgements and passed deadlines so far. */
  failures: number;
  /** With duplicates on: whether the second delivery of an acknowledged message has begun. */
  isRepeated: boolean;
  lease: { readonly ackId: string; readonly holder: string } | undefined;
  /** The next message of the same ordering key. */
  next: Entry | undefined;
}

/** The queues of ordering keys: only the first message of a key may be delivered. */
export class OrderingKeys {
  readonly #keys = new Map<string, { head: Entry; tail: Entry }>();

  /** @returns whether the entry is the first of its key, and so may be delivered. */
  append(entry: Entry): boolean {
    const queue = this.#keys.get(entry.message.orderingKey);
    if (queue === undefined) {
      this.#keys.set(entry.message.orderingKey, { head: entry, tail: entry });
      return true;
    }
    queue.tail.next = entry;
    queue.tail = entry;
    return false;
  }

  /** Takes an entry out that is the first of its key. @returns the one that is first now. */
  remove(entry: Entry): Entry | undefined {
    const key = entry.message.orderingKey;
    const queue = this.#keys.get(key);
    if (queue?.head !== entry) return undefined;
    if (entry.next === undefined) this.#keys.delete(key);
    else queue.head = entry.next;
    return entry.next;
  }
}
