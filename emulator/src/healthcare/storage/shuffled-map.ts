/** An entry says itself where it stands among the others. */
export interface Ordered {
  /** Unrelated to UID, time and order of arrival: a hash. */
  readonly order: string;
}

/**
 * Entries by UID, listed in the order of their hashes: the same at every call and after a restart, so that a list
 * can be paged, and useless for anything else.
 */
export class ShuffledMap<Entry extends Ordered> {
  readonly #byUid = new Map<string, Entry>();
  readonly #inOrder: Entry[] = [];

  get(uid: string): Entry | undefined {
    return this.#byUid.get(uid);
  }

  /** @throws when the UID is already there. */
  add(uid: string, entry: Entry): void {
    if (this.#byUid.has(uid)) throw new Error(`${uid} is already in the index.`);
    this.#byUid.set(uid, entry);
    this.#inOrder.splice(this.#placeOf(entry.order), 0, entry);
  }

  /** Does nothing when the UID is not there. */
  remove(uid: string): void {
    const entry = this.#byUid.get(uid);
    if (entry === undefined) return;
    this.#byUid.delete(uid);
    this.#inOrder.splice(this.#inOrder.indexOf(entry, this.#placeOf(entry.order)), 1);
  }

  values(): readonly Entry[] {
    return this.#inOrder;
  }

  get size(): number {
    return this.#inOrder.length;
  }

  #placeOf(order: string): number {
    let low = 0;
    let high = this.#inOrder.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#inOrder[middle]?.order ?? '') < order) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
