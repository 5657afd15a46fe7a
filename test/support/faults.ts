import type { FaultScript, ScriptState } from '../../emulator/src/http/faults/fault-script.ts';

export type { Fault, FaultScript, ScriptState } from '../../emulator/src/http/faults/fault-script.ts';

/** The control endpoint of one stand-in (emulator/docs/faults.md). */
export class StandInControl {
  readonly #url: string;

  /** @param url of the stand-in, without a trailing slash. */
  constructor(url: string) {
    this.#url = url;
  }

  /**
   * Adds scripts behind those that are there.
   *
   * @returns each as it was understood.
   * @throws Error with the stand-in's reason, when one of them is not right.
   */
  async add(...scripts: readonly FaultScript[]): Promise<ScriptState[]> {
    const { scripts: added } = await this.#ask('POST', 'faults', scripts);
    return added as ScriptState[];
  }

  /** The scripts in their order, with how often each was applied. */
  async scripts(): Promise<ScriptState[]> {
    const { scripts } = await this.#ask('GET', 'faults');
    return scripts as ScriptState[];
  }

  /** How many requests came since the last {@link reset}, by route, e.g. `GET /storage/v1/b/inbox/o/*?alt=media`. */
  async requests(): Promise<Readonly<Record<string, number>>> {
    const { requests } = await this.#ask('GET', 'requests');
    return requests as Record<string, number>;
  }

  /** Takes all scripts away, ends the requests that they hold, and counts from nothing. */
  async reset(): Promise<void> {
    await this.#ask('DELETE', 'faults');
    await this.#ask('DELETE', 'requests');
  }

  async #ask(method: string, what: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await fetch(`${this.#url}/_control/${what}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.status !== 200)
      throw new Error(`${method} /_control/${what} answered ${answer.status}: ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  }
}
