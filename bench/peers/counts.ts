/** What arrived at the peers, by kind. */
export interface Counts {
  /** Downloads of inbox objects from Cloud Storage. */
  readonly get: number;
  /** Store requests. */
  readonly post: number;
  /** Published messages. */
  readonly publish: number;
  /** Reads and writes of the state bucket. */
  readonly state: number;
  /** Instances that arrived whole at the store; no request of its own. */
  readonly stored: number;
  /** Store requests answered 429; they count as store requests, too. */
  readonly refused: number;
  /** Requests that no peer knows an answer to. */
  readonly unknown: number;
}

export type Kind = keyof Counts;

/** Counters of one process, which all its peers share. */
export class Counters {
  readonly #counts: Record<Kind, number> = {
    get: 0,
    post: 0,
    publish: 0,
    state: 0,
    stored: 0,
    refused: 0,
    unknown: 0,
  };

  count(kind: Kind): void {
    this.#counts[kind] += 1;
  }

  read(): Counts {
    return { ...this.#counts };
  }
}
