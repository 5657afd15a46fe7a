import { createHash } from 'node:crypto';

/** What a table says of a key that is put into it. */
export type Placement =
  | 'new'
  /** It was there, with the same value. */
  | 'same'
  /** It was there, with another value. */
  | 'other';

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
    const entry = [...fingerprint(key), ...fingerprint(value)];
    const at = this.#find(entry);
    if (this.#isFree(at)) {
      this.#words.set(entry, at);
      this.#size += 1;
      // At most three in four places are taken, so that a free one is found soon.
      if (this.#size * 4 > this.#capacity * 3) this.#grow();
      return 'new';
    }
    return this.#words[at + 2] === entry[2] && this.#words[at + 3] === entry[3] ? 'same' : 'other';
  }

  has(key: string): boolean {
    return !this.#isFree(this.#find(fingerprint(key)));
  }

  /** Where the key is, or would be. */
  #find([high = 0, low = 0]: readonly number[]): number {
    for (let place = low % this.#capacity; ; place = (place + 1) % this.#capacity) {
      const at = place * WORDS_PER_ENTRY;
      const isKey = this.#words[at] === high && this.#words[at + 1] === low;
      if (isKey || this.#isFree(at)) return at;
    }
  }

  /** No fingerprint is all zeros. */
  #isFree(at: number): boolean {
    return this.#words[at] === 0 && this.#words[at + 1] === 0;
  }

  #grow(): void {
    const old = this.#words;
    this.#capacity *= 2;
    this.#words = new Uint32Array(this.#capacity * WORDS_PER_ENTRY);
    for (let at = 0; at < old.length; at += WORDS_PER_ENTRY) {
      const entry = old.subarray(at, at + WORDS_PER_ENTRY);
      if (entry[0] !== 0 || entry[1] !== 0) this.#words.set(entry, this.#find([...entry]));
    }
  }
}

/** 63 bits of a hash and one that is always set. */
function fingerprint(text: string): readonly [number, number] {
  const digest = createHash('sha256').update(text).digest();
  return [(digest.readUInt32BE(0) | 1) >>> 0, digest.readUInt32BE(4)];
}
