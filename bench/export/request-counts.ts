/** What the peers of an export or a deletion are asked, by kind. */
export type RequestKind =
  /** Searches of the store, each for one page. */
  | 'search'
  | 'retrieve instance'
  | 'retrieve series'
  /** Exported objects, each written in one request. */
  | 'upload'
  /** A manifest, which comes in parts from some thousands of lines on, each of them a request. */
  | 'manifest'
  /** Documents in state and records. */
  | 'read'
  | 'write'
  | 'remove'
  /** Listings of documents, each for one page. */
  | 'list'
  /** To the function's own topic; one request may carry many slices. */
  | 'publish slices'
  | 'publish report';

export type RequestCounts = Readonly<Partial<Record<RequestKind, number>>>;

/** Counts requests of one process since the last time that it was emptied. */
export class RequestCounter {
  #counts: Partial<Record<RequestKind, number>> = {};

  count(kind: RequestKind): void {
    this.#counts[kind] = (this.#counts[kind] ?? 0) + 1;
  }

  forget(): void {
    this.#counts = {};
  }

  read(): RequestCounts {
    return { ...this.#counts };
  }
}
