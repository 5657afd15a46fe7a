/** A document that is kept, and which writing of it this is. */
export interface Document {
  readonly body: Buffer;
  readonly generation: number;
}

export interface Listing {
  readonly prefix: string;
  /** Names before it are left out. */
  readonly startOffset: string;
  /** The last name of the page before; empty for the first page. */
  readonly after: string;
  readonly limit: number;
}

/**
 * The documents of one bucket, with their names in order: a page costs as many steps as it has names, however many documents
 * there are. Sorting them for each page took the peers most of a core from some thousands on.
 */
export class Documents {
  readonly #documents = new Map<string, Document>();
  #names: string[] = [];
  #writings = 0;

  forget(): void {
    this.#documents.clear();
    this.#names = [];
  }

  /** Puts many empty documents at once, in the place of all that were there. */
  fill(names: Iterable<string>): void {
    this.forget();
    const empty = { body: Buffer.from('{}'), generation: 1 };
    for (const name of names) this.#documents.set(name, empty);
    this.#names = [...this.#documents.keys()].sort();
  }

  get(name: string): Document | undefined {
    return this.#documents.get(name);
  }

  /** @returns the new generation. */
  put(name: string, body: Buffer): number {
    if (!this.#documents.has(name)) this.#names.splice(this.#place(name), 0, name);
    this.#writings += 1;
    this.#documents.set(name, { body, generation: this.#writings });
    return this.#writings;
  }

  /** @returns whether it was there. */
  remove(name: string): boolean {
    if (!this.#documents.delete(name)) return false;
    this.#names.splice(this.#place(name), 1);
    return true;
  }

  page({ prefix, startOffset, after, limit }: Listing): { names: string[]; hasMore: boolean } {
    let at = this.#place([prefix, startOffset].sort()[1] ?? prefix);
    if (after !== '') at = Math.max(at, this.#place(after) + 1);
    const names: string[] = [];
    for (; names.length < limit && this.#isBelow(at, prefix); at += 1) names.push(this.#names[at] ?? '');
    return { names, hasMore: this.#isBelow(at, prefix) };
  }

  #isBelow(at: number, prefix: string): boolean {
    return this.#names[at]?.startsWith(prefix) === true;
  }

  /** Where the name stands, or would. */
  #place(name: string): number {
    let low = 0;
    let high = this.#names.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#names[middle] ?? '') < name) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
