/**
 * Compares as the UTF-8 bytes of the strings would, which is the order of object listings.
 *
 * JavaScript compares UTF-16 units, where the surrogates of characters beyond U+FFFF come before U+E000.
 */
export function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

/** Object names in listing order. Adding in order, as at start, costs nothing; elsewhere one binary search. */
export class SortedNames {
  readonly #names: string[] = [];

  get length(): number {
    return this.#names.length;
  }

  at(index: number): string | undefined {
    return this.#names[index];
  }

  add(name: string): void {
    const last = this.#names.at(-1);
    if (last === undefined || compareUtf8(last, name) < 0) {
      this.#names.push(name);
      return;
    }
    const index = this.lowerBound(name);
    if (this.#names[index] !== name) this.#names.splice(index, 0, name);
  }

  remove(name: string): void {
    const index = this.lowerBound(name);
    if (this.#names[index] === name) this.#names.splice(index, 1);
  }

  /** The index of the first name that is not before `name`. */
  lowerBound(name: string): number {
    return this.#firstNot((candidate) => compareUtf8(candidate, name) < 0);
  }

  /** The index of the first name behind all those that begin with `prefix`. */
  afterPrefix(prefix: string): number {
    return this.#firstNot((candidate) => candidate.startsWith(prefix) || compareUtf8(candidate, prefix) < 0);
  }

  #firstNot(isBefore: (name: string) => boolean): number {
    let low = 0;
    let high = this.#names.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.#names[middle] ?? '')) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
