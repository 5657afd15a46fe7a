/** What goes wrong with each call, in order: an error, or null where the call works. Calls beyond its end work. */
export type FaultScript = readonly (Error | null)[];

/** Plays a script. A test asks {@link remaining} at its end, to prove that the faults were met. */
export class Faults {
  readonly #script: (Error | null)[];

  constructor(script: FaultScript = []) {
    this.#script = [...script];
  }

  /** Lets this go wrong next, after what was to go wrong before. */
  add(script: FaultScript): void {
    this.#script.push(...script);
  }

  /** @throws the error that the script has for this call. */
  next(): void {
    const fault = this.#script.shift() ?? null;
    if (fault !== null) throw fault;
  }

  /** Adds to the end of the script. */
  push(...faults: FaultScript): void {
    this.#script.push(...faults);
  }

  /** How many entries of the script have not been played. */
  get remaining(): number {
    return this.#script.length;
  }
}
