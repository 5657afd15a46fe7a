import { SeededRandom } from '../../emulator/src/sample/random.ts';

/** Dice that fall the same way for the same seed; each name has dice of its own, so that one more throw moves no other. */
export class Dice {
  readonly #random: SeededRandom;
  readonly #next: () => number;

  constructor(seed: string) {
    this.#random = new SeededRandom(seed);
    this.#next = this.#random.sequence('dice');
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.#next() * (most - least + 1));
  }

  /** A number from `least` up to, but without, `most`. */
  real(least: number, most: number): number {
    return least + this.#next() * (most - least);
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.between(0, choices.length - 1)] ?? choices[0];
  }

  uid(name: string): string {
    return this.#random.uid(name);
  }
}
