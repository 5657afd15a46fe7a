import { GoogleError } from '../google-error.ts';

/** The fields of a JSON object, each taken once, so that one that nobody knows is found. */
export class Fields {
  readonly #where: string;
  readonly #left: Map<string, unknown>;

  /** @throws GoogleError 400 when the value is no object. */
  constructor(value: unknown, where: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new GoogleError(400, `${where}: has to be an object.`);
    this.#where = where;
    this.#left = new Map(Object.entries(value));
  }

  has(name: string): boolean {
    return this.#left.has(name);
  }

  take(name: string): unknown {
    const value = this.#left.get(name);
    this.#left.delete(name);
    return value;
  }

  /** Whether it is there and null; then it is taken. */
  isNull(name: string): boolean {
    return this.#left.get(name) === null && this.#left.delete(name);
  }

  text(name: string): string | undefined {
    return this.#take(name, 'a text', (value) => typeof value === 'string') as string | undefined;
  }

  flag(name: string): boolean | undefined {
    return this.#take(name, 'true or false', (value) => typeof value === 'boolean') as boolean | undefined;
  }

  number(
    name: string,
    {
      least = -Infinity,
      most = Infinity,
      isWhole = false,
    }: { least?: number; most?: number; isWhole?: boolean },
  ): number | undefined {
    const isRight = (value: unknown): boolean =>
      typeof value === 'number' && value >= least && value <= most && (!isWhole || Number.isInteger(value));
    const bounds = [
      isWhole ? 'a whole number' : 'a number',
      ...(least === -Infinity ? [] : [`of at least ${least}`]),
      ...(most === Infinity ? [] : [`and at most ${most}`]),
    ];
    return this.#take(name, bounds.join(' '), isRight) as number | undefined;
  }

  /** @throws GoogleError 400 when something is left. */
  end(): void {
    const [unknown] = this.#left.keys();
    if (unknown !== undefined) throw new GoogleError(400, `${this.#where}: has no ${unknown}.`);
  }

  #take(name: string, what: string, isRight: (value: unknown) => boolean): unknown {
    if (!this.#left.has(name)) return undefined;
    const value = this.take(name);
    if (!isRight(value)) throw new GoogleError(400, `${this.#where}.${name}: has to be ${what}.`);
    return value;
  }
}
