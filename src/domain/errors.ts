/** What a failure was, as a word that logs, metrics and tests can rely on. */
export type ErrorCode =
  | 'throttled'
  | 'unavailable'
  | 'connection-lost'
  | 'malformed-answer'
  | 'checksum-mismatch'
  | 'unauthenticated'
  | 'permission-denied'
  | 'not-found'
  | 'precondition-failed'
  | 'request-refused'
  | 'deadline-exceeded'
  | 'invalid-configuration';

/** Values that may be logged: UIDs, generations, counts, statuses; never object names or tag values. */
export type LogSafeDetails = Readonly<Record<string, string | number | boolean | null>>;

export interface ErrorOptions {
  readonly cause?: unknown;
  readonly details?: LogSafeDetails;
  /** What the other side asked for before the next try, e.g. by `Retry-After`. */
  readonly retryAfterMs?: number;
}

/** A failure this worker knows by name. What it does not know stays the error it was and is redelivered. */
export abstract class CourierError extends Error {
  abstract readonly code: ErrorCode;
  readonly details: LogSafeDetails;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: ErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'CourierError';
    this.details = options.details ?? {};
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The other side asked for fewer requests (429). */
export class ThrottledError extends CourierError {
  readonly code = 'throttled';
}

/** The other side could not answer now (408, 425, 5xx). */
export class UnavailableError extends CourierError {
  readonly code = 'unavailable';
}

/** A connection could not be made, was reset, ended early or stood still for too long. */
export class ConnectionLostError extends CourierError {
  readonly code = 'connection-lost';
}

/** An answer that cannot be what the service says, e.g. a proxy's HTML page, or a success that names nothing. */
export class MalformedAnswerError extends CourierError {
  readonly code = 'malformed-answer';
}

/** The bytes that arrived are not the bytes that were stored. */
export class ChecksumMismatchError extends CourierError {
  readonly code = 'checksum-mismatch';
}

/** The credentials were not accepted (401), also not after they were refreshed. */
export class UnauthenticatedError extends CourierError {
  readonly code = 'unauthenticated';
}

/** The service account may not do this, or the resource does not exist (403). */
export class PermissionDeniedError extends CourierError {
  readonly code = 'permission-denied';
}

/** There is nothing under that name (404). */
export class NotFoundError extends CourierError {
  readonly code = 'not-found';
}

/** A precondition on a generation did not hold (412): somebody else was faster. */
export class PreconditionFailedError extends CourierError {
  readonly code = 'precondition-failed';
}

/** The request itself was refused for good (other 4xx). */
export class RequestRefusedError extends CourierError {
  readonly code = 'request-refused';
}

/** The invocation's time was up before the work was done. */
export class DeadlineExceededError extends CourierError {
  readonly code = 'deadline-exceeded';
}

/** The environment does not describe a worker that can run; the message lists every problem. */
export class InvalidConfigurationError extends CourierError {
  readonly code = 'invalid-configuration';
}
