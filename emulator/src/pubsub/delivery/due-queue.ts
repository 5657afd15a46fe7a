/** Something that may become due, once, at a time. */
export interface Dated {
  /** Milliseconds; changes only through the queue. Undefined while it is not in the queue. */
  dueAt: number | undefined;
}

interface Slot<T> {
  readonly at: number;
  readonly item: T;
}

/**
 * Items by the time at which they are due: a binary heap.
 *
 * Moving or removing an item leaves its old slot behind, to be skipped later; when such slots outnumber the
 * live ones the heap is rebuilt, so memory follows the number of items, not the number of moves.
 */
export class DueQueue<T extends Dated> {
  #heap: Slot<T>[] = [];
  #live = 0;

  /** Adds the item, or moves it to another time. */
  set(item: T, at: number): void {
    if (item.dueAt === undefined) this.#live += 1;
    item.dueAt = at;
    this.#heap.push({ at, item });
    this.#rise(this.#heap.length - 1);
    if (this.#heap.length > 2 * this.#live + 64) this.#rebuild();
  }

  delete(item: T): void {
    if (item.dueAt === undefined) return;
    item.dueAt = undefined;
    this.#live -= 1;
  }

  /** When the first item is due. */
  nextAt(): number | undefined {
    this.#dropStale();
    return this.#heap[0]?.at;
  }

  /** Removes and returns an item that is due, or undefined when none is. */
  takeDue(now: number): T | undefined {
    this.#dropStale();
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return undefined;
    this.#removeFirst();
    this.delete(first.item);
    return first.item;
  }

  #dropStale(): void {
    for (
      let first = this.#heap[0];
      first !== undefined && first.item.dueAt !== first.at;
      first = this.#heap[0]
    ) {
      this.#removeFirst();
    }
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rebuild(): void {
    const seen = new Set<T>();
    this.#heap = this.#heap.filter(({ at, item }) => {
      const isLive = item.dueAt === at && !seen.has(item);
      if (isLive) seen.add(item);
      return isLive;
    });
    for (let index = this.#heap.length >> 1; index >= 0; index -= 1) this.#sink(index);
  }

  #rise(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#at(parent) <= this.#at(index)) return;
      this.#swap(parent, index);
      index = parent;
    }
  }

  #sink(start: number): void {
    let index = start;
    for (;;) {
      const left = 2 * index + 1;
      const child = this.#at(left + 1) < this.#at(left) ? left + 1 : left;
      if (this.#at(child) >= this.#at(index)) return;
      this.#swap(child, index);
      index = child;
    }
  }

  #at(index: number): number {
    return this.#heap[index]?.at ?? Infinity;
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}
