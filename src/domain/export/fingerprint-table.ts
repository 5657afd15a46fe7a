import { hash } from 'node:crypto';

/** What a table says of a key that is put into it. */
export type Placement =
  | 'new'
  /** It was there, with the same value. */
  | 'same'
  /** It was there, with another value. */
  | 'other';

type Fingerprint = readonly [high: number, low: number];

const WORDS_PER_ENTRY = 4;
const FIRST_CAPACITY = 1024;

/**
 * Which texts stand for which, remembered by 64 bits of a hash of each: 16 bytes an entry, whatever their length.
 *
 * Among a million keys two different ones are taken for one with a probability of 3 in 100 million.
 */
export class FingerprintTable {
  #words: Uint32Array;
  #capacity: number;
  #size = 0;

  constructor(firstCapacity = FIRST_CAPACITY) {
    this.#capacity = firstCapacity;
    this.#words = new Uint32Array(firstCapacity * WORDS_PER_ENTRY);
  }

  /** How many keys there are. */
  get size(): number {
    return this.#size;
  }

  /** Puts a key where there is none like it; one that is there keeps its value. */
  put(key: string, value = ''): Placement {
    const keyed = fingerprint(key);
    const valued = fingerprint(value);
    const at = this.#find(keyed);
    if (this.#isFree(at)) {
      this.#words.set([...keyed, ...valued], at);
      this.#size += 1;
      // At most three in four places are taken, so that a free one is found soon.
      if (this.#size * 4 > this.#capacity * 3) this.#grow();
      return 'new';
    }
    return this.#words[at + 2] === valued[0] && this.#words[at + 3] === valued[1] ? 'same' : 'other';
  }

  has(key: string): boolean {
    return !this.#isFree(this.#find(fingerprint(key)));
  }

  /** Where the key is, or would be. */
  #find([high, low]: Fingerprint): number {
    for (let place = low % this.#capacity; ; place = (place + 1) % this.#capacity) {
      const at = place * WORDS_PER_ENTRY;
      const isKey = this.#words[at] === high && this.#words[at + 1] === low;
      if (isKey || this.#isFree(at)) return at;
    }
  }

  /** The first word of a fingerprint is never zero. */
  #isFree(at: number): boolean {
    return this.#words[at] === 0;
  }

  #grow(): void {
    const old = this.#words;
    this.#capacity *= 2;
    this.#words = new Uint32Array(this.#capacity * WORDS_PER_ENTRY);
    for (let at = 0; at < old.length; at += WORDS_PER_ENTRY) {
      const entry = old.subarray(at, at + WORDS_PER_ENTRY) as Uint32Array & Fingerprint;
      if (entry[0] !== 0) this.#words.set(entry, this.#find(entry));
    }
  }
}

/** 63 bits of a hash and one that is always set. In one call: hash objects would wait by the thousand to be collected. */
function fingerprint(text: string): Fingerprint {
  const digest = hash('sha256', text, 'hex');
  return [(parseInt(digest.slice(0, 8), 16) | 1) >>> 0, parseInt(digest.slice(8, 16), 16)];
}
