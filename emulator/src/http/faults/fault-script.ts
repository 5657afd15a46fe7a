/**
 * The value of a `Retry-After` header: whole seconds, a text that is sent as it is (e.g. a date that the test has
 * chosen), or a date that many seconds from now by this machine's clock.
 */
export type RetryAfter = number | string | { readonly dateInSeconds: number };

/** What happens to a request. Bytes are those of the body; after them the fault sets in, or at the body's end. */
export type Fault =
  /** This answer in place of the service's own. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly retryAfter?: RetryAfter;
      readonly headers?: Readonly<Record<string, string>>;
      /** Text as it is, anything else as JSON. @default an error in Google's form */
      readonly body?: unknown;
      /** Answered without waiting for the request's body. @default false */
      readonly early?: boolean;
    }
  /** The page of something in between, which is no answer of the service at all. */
  | { readonly kind: 'html'; readonly status?: number; readonly retryAfter?: RetryAfter }
  /** An answer of JSON that ends in the middle, though its length is right. */
  | { readonly kind: 'malformed-json'; readonly status?: number }
  /** The connection is reset: as soon as the request's headers are there, or when the answer is due. */
  | { readonly kind: 'reset'; readonly at: 'start' | 'headers' }
  /** The connection is reset in the middle of a body. */
  | { readonly kind: 'reset'; readonly at: BodyPart; readonly afterBytes: number }
  /** The answer ends early: the connection is closed in order, and bytes that Content-Length announced are missing. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** The request is taken, and never answered. */
  | { readonly kind: 'hang'; readonly at: 'headers' }
  /** Nothing more is read, or sent, from the middle of a body on. */
  | { readonly kind: 'hang'; readonly at: BodyPart; readonly afterBytes: number }
  /** The request is taken up later. It then meets the scripts that follow. */
  | { readonly kind: 'latency'; readonly delayMs: number }
  /** A token bucket: what comes faster is answered 429. What is let through meets the scripts that follow. */
  | {
      readonly kind: 'quota';
      readonly ratePerSecond: number;
      /** Requests that may come at once. */
      readonly burst: number;
      readonly retryAfter?: RetryAfter;
    }
  /** Nothing: the request is answered, and meets no further script. So one can begin with the third request. */
  | { readonly kind: 'pass' };

export type BodyPart = 'request-body' | 'response-body';

/** Faults for some of the requests. */
export interface FaultScript {
  /** @default every method */
  readonly method?: string;
  /** A regular expression that is looked for in path and query, as they come. @default every path */
  readonly path?: string;
  /** How many requests it happens to; null for all. @default 1; null for latency and quota */
  readonly times?: number | null;
  /**
   * The service does what was asked, and its answer is lost: the fault happens in its place.
   *
   * @default false
   */
  readonly after?: boolean;
  readonly fault: Fault;
}

/** A script as it stands. */
export interface ScriptState extends Required<FaultScript> {
  readonly id: number;
  /** How many requests it has happened to; of a quota, how many were refused. */
  readonly applied: number;
  /** It has happened as often as it was to. Never true where `times` is null. */
  readonly isUsedUp: boolean;
}
