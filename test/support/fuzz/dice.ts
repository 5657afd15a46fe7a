import { SeededRandom } from '../../../emulator/src/sample/random.ts';

/** Choices that are the same for the same seed and name. */
export class Dice {
  readonly #next: () => number;

  constructor(seed: string, name: string) {
    this.#next = new SeededRandom(seed).sequence(name);
  }

  /** A whole number from 0 up to, but without, `end`; 0 where there is none. */
  below(end: number): number {
    return Math.floor(this.#next() * end);
  }

  /** @throws RangeError when there is nothing to choose from. */
  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new RangeError('There is nothing to choose from.');
    return choice;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}
