import { createHash } from 'node:crypto';

/**
 * Numbers that look random and are the same for the same seed.
 *
 * Each name has a sequence of its own, so that a change in one part of a picture leaves the others alone.
 */
export class SeededRandom {
  readonly #seed: string;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** A UID under 2.25, which are the ones anybody may make: a 128-bit number in decimal. */
  uid(name: string): string {
    return `2.25.${BigInt(`0x${this.#hash(name).subarray(0, 16).toString('hex')}`)}`;
  }

  /** Numbers from 0 up to, but without, 1. */
  sequence(name: string): () => number {
    // xorshift32, whose state must not be 0.
    let state = this.#hash(name).readUInt32LE(0) || 1;
    return () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) / 2 ** 32;
    };
  }

  /** Values around 0 with a standard deviation of about 1. */
  noise(name: string): () => number {
    const next = this.sequence(name);
    // The sum of three uniform values is close enough to a normal one for the eye.
    return () => 2 * (next() + next() + next() - 1.5);
  }

  #hash(name: string): Buffer {
    return createHash('sha256').update(`${this.#seed}\n${name}`).digest();
  }
}
