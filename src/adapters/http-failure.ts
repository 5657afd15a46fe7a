import {
  ConnectionLostError,
  NotFoundError,
  PermissionDeniedError,
  PreconditionFailedError,
  RequestRefusedError,
  ThrottledError,
  UnauthenticatedError,
  UnavailableError,
  type CourierError,
  type ErrorOptions,
} from '../domain/errors.ts';

/**
 * Statuses after which the same request may succeed.
 *
 * "Request latency and error handling best practices" of the Cloud Healthcare API lists these and 429.
 */
const UNAVAILABLE = new Set([408, 425, 500, 502, 503, 504]);

/** Not implemented, HTTP version not supported: the request is wrong, however often it is sent. */
const NEVER = new Set([501, 505]);

/**
 * The domain error for an answer that is not a success.
 *
 * @param call what was asked, in words that may be logged, e.g. `store instance`.
 * @param nowMs to turn a date in `Retry-After` into a delay.
 */
export function failureOfStatus(
  status: number,
  retryAfter: string | undefined,
  call: string,
  nowMs: number,
): CourierError {
  const retryAfterMs = parseRetryAfter(retryAfter, nowMs);
  const options: ErrorOptions = {
    details: { call, status },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  const message = `${call}: answered ${status}`;
  if (status === 429) return new ThrottledError(message, options);
  if (UNAVAILABLE.has(status) || (status >= 500 && !NEVER.has(status)))
    return new UnavailableError(message, options);
  switch (status) {
    case 401:
      return new UnauthenticatedError(message, options);
    case 403:
      return new PermissionDeniedError(message, options);
    case 404:
      return new NotFoundError(message, options);
    case 412:
      return new PreconditionFailedError(message, options);
    default:
      return new RequestRefusedError(message, options);
  }
}

/** `Retry-After` as a delay: a number of seconds, or a date (RFC 9110 section 10.2.3). Undefined when it is neither. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

const CONNECTION_CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_INFO',
]);

/** The domain error for a failed exchange, or the error itself when it does not come from the connection. */
export function failureOfConnection(error: unknown, call: string): unknown {
  const code = errorCode(error);
  // undici's parser says by its name what it is; its code may be missing.
  if (error instanceof Error && error.name === 'HTTPParserError') {
    const details = { call, cause: code ?? error.name };
    return new ConnectionLostError(`${call}: the answer is not HTTP`, { cause: error, details });
  }
  if (code === undefined || !(CONNECTION_CODES.has(code) || code.startsWith('HPE_'))) return error;
  return new ConnectionLostError(`${call}: ${code}`, { cause: error, details: { call, cause: code } });
}

function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  // Several addresses were tried: each has failed, and the first tells why.
  if (code === undefined && error instanceof AggregateError) return errorCode(error.errors[0]);
  return typeof code === 'string' ? code : undefined;
}
