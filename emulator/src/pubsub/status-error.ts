/** gRPC's canonical codes that this service answers with: their number, and the HTTP status of the same error over REST. */
const CODES = {
  INVALID_ARGUMENT: { grpc: 3, http: 400 },
  NOT_FOUND: { grpc: 5, http: 404 },
  ALREADY_EXISTS: { grpc: 6, http: 409 },
  PERMISSION_DENIED: { grpc: 7, http: 403 },
  RESOURCE_EXHAUSTED: { grpc: 8, http: 429 },
  FAILED_PRECONDITION: { grpc: 9, http: 400 },
  OUT_OF_RANGE: { grpc: 11, http: 400 },
  UNIMPLEMENTED: { grpc: 12, http: 501 },
  INTERNAL: { grpc: 13, http: 500 },
  UNAVAILABLE: { grpc: 14, http: 503 },
  UNAUTHENTICATED: { grpc: 16, http: 401 },
} as const;

/** The canonical name of a status, e.g. `NOT_FOUND`. */
export type StatusName = keyof typeof CODES;

/** What a caller did wrong, or what this service cannot do, as one status for both of its protocols. */
export class StatusError extends Error {
  readonly status: StatusName;

  constructor(status: StatusName, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StatusError';
    this.status = status;
  }

  get grpcCode(): number {
    return CODES[this.status].grpc;
  }

  get httpStatus(): number {
    return CODES[this.status].http;
  }
}

/** Any error as a status; what was not foreseen is INTERNAL and keeps its cause. */
export function toStatusError(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StatusError('INTERNAL', message, error);
}
