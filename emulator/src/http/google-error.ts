/**
 * An error a Google REST service answers with.
 *
 * Its body is `{"error":{"code","message","status","errors":[{"reason","message","domain"}]}}`, the form
 * that `@google-cloud/storage` and `gaxios` read.
 */
export class GoogleError extends Error {
  readonly httpStatus: number;
  /** The canonical gRPC status name, e.g. `NOT_FOUND`. */
  readonly status: string;
  /** The reason word of the JSON APIs, e.g. `notFound`. */
  readonly reason: string;

  constructor(httpStatus: number, message: string, reason?: string) {
    super(message);
    this.name = 'GoogleError';
    this.httpStatus = httpStatus;
    const [status, defaultReason] = NAMES[httpStatus] ?? ['UNKNOWN', 'unknown'];
    this.status = status;
    this.reason = reason ?? defaultReason;
  }

  toJson(): object {
    const { httpStatus: code, message, status, reason } = this;
    return { error: { code, message, status, errors: [{ message, domain: 'global', reason }] } };
  }
}

const NAMES: Readonly<Record<number, readonly [status: string, reason: string]>> = {
  400: ['INVALID_ARGUMENT', 'invalid'],
  401: ['UNAUTHENTICATED', 'authError'],
  403: ['PERMISSION_DENIED', 'forbidden'],
  404: ['NOT_FOUND', 'notFound'],
  405: ['UNIMPLEMENTED', 'methodNotAllowed'],
  406: ['INVALID_ARGUMENT', 'notAcceptable'],
  409: ['ALREADY_EXISTS', 'conflict'],
  411: ['INVALID_ARGUMENT', 'lengthRequired'],
  412: ['FAILED_PRECONDITION', 'conditionNotMet'],
  413: ['INVALID_ARGUMENT', 'uploadTooLarge'],
  415: ['INVALID_ARGUMENT', 'unsupportedMediaType'],
  416: ['OUT_OF_RANGE', 'requestedRangeNotSatisfiable'],
  429: ['RESOURCE_EXHAUSTED', 'rateLimitExceeded'],
  500: ['INTERNAL', 'backendError'],
  501: ['UNIMPLEMENTED', 'notImplemented'],
  503: ['UNAVAILABLE', 'backendError'],
};
