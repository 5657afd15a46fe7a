import type { Fault, ScriptState } from './fault-script.ts';
import type { ParsedScript } from './parse-script.ts';
import { TokenBucket } from './token-bucket.ts';

/** What one request meets. */
export interface Encounter {
  /** Waited before anything else. */
  readonly delayMs: number;
  /** Undefined where the request is simply answered. */
  readonly fault: Fault | undefined;
  readonly after: boolean;
}

interface Entry {
  readonly id: number;
  readonly script: ParsedScript;
  readonly pattern: RegExp;
  readonly bucket: TokenBucket | undefined;
  applied: number;
}

/** The scripts of one stand-in, looked at in the order in which they came. */
export class FaultBook {
  readonly #now: () => number;
  #entries: Entry[] = [];
  #lastId = 0;

  /** @param now milliseconds, for quotas. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  add(script: ParsedScript): ScriptState {
    const { fault } = script;
    const entry: Entry = {
      id: (this.#lastId += 1),
      script,
      pattern: new RegExp(script.path),
      bucket:
        fault.kind === 'quota' ? new TokenBucket(fault.ratePerSecond, fault.burst, this.#now()) : undefined,
      applied: 0,
    };
    this.#entries.push(entry);
    return stateOf(entry);
  }

  clear(): void {
    this.#entries = [];
  }

  states(): ScriptState[] {
    return this.#entries.map(stateOf);
  }

  /**
   * What a request meets; the scripts it meets count it at once, so that two requests never share one time.
   *
   * @param target path and query.
   */
  meet(method: string, target: string): Encounter {
    let delayMs = 0;
    for (const entry of this.#entries) {
      const { fault, after, method: wanted } = entry.script;
      if (isUsedUp(entry) || (wanted !== '' && wanted !== method) || !entry.pattern.test(target)) continue;
      if (entry.bucket?.take(this.#now()) === true) continue;
      entry.applied += 1;
      if (fault.kind === 'latency') delayMs += fault.delayMs;
      else return { delayMs, fault: fault.kind === 'pass' ? undefined : fault, after };
    }
    return { delayMs, fault: undefined, after: false };
  }
}

function isUsedUp({ applied, script: { times } }: Entry): boolean {
  return times !== null && applied >= times;
}

function stateOf(entry: Entry): ScriptState {
  return { id: entry.id, ...entry.script, applied: entry.applied, isUsedUp: isUsedUp(entry) };
}
