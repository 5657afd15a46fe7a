import { DeadlineExceededError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { LogFields, Logger } from '../ports/logger.ts';
import { describeError } from '../usecases/attempts.ts';
import type { Invocation } from '../usecases/invocation.ts';
import { dispositionOf } from './disposition.ts';
import type { EventRequest } from './event.ts';
import { traceFields } from './trace.ts';

/** The part of an HTTP response that a handler uses. */
export interface EventResponse {
  status(code: number): this;
  end(): unknown;
}

export type EventHandler = (request: EventRequest, response: EventResponse) => Promise<void>;

/** What every function needs to answer the platform. */
export interface DeliveryDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly projectId: string;
  /** How long an invocation may take, from its arrival. */
  readonly timeLimitMs: number;
  /**
   * Does the work so that the requests sent for it belong to the trace of the event.
   *
   * @default they belong to none
   */
  readonly inTrace?: InTrace;
}

/** Does work in the trace that the headers of an event name, if they name one. */
export type InTrace = (headers: EventRequest['headers'], work: () => Promise<void>) => Promise<void>;

/** What the envelope says, before anything is done. */
export interface ReadDelivery<T> {
  readonly message: T;
  readonly attempts: number;
  /** What every log line of the delivery carries. */
  readonly logFields: LogFields;
}

/**
 * A handler that answers 204 once the work is done, and otherwise a status that gives the delivery back.
 *
 * Never throws: the functions framework would answer another request in flight.
 *
 * @param read total: whatever it is given, it says what it is.
 */
export function makeDeliveryHandler<T>(
  { clock, logger: base, projectId, timeLimitMs, inTrace = withoutTrace }: DeliveryDependencies,
  read: (request: EventRequest) => ReadDelivery<T>,
  work: (message: T, invocation: Invocation) => Promise<void>,
): EventHandler {
  return async (request, response) => {
    const startedAtMs = clock.now();
    const { message, attempts, logFields } = read(request);
    const logger = base.with({ ...traceFields(request.headers, projectId), ...logFields });
    const timeUp = new AbortController();
    // Not AbortSignal.timeout: its timer would outlive the request by minutes.
    const timer = setTimeout(
      () => timeUp.abort(new DeadlineExceededError('The time of this invocation is up.')),
      timeLimitMs,
    );
    const deadlineAt = startedAtMs + timeLimitMs;
    try {
      const invocation = { startedAtMs, deadlineAt, signal: timeUp.signal, attempts, logger };
      await inTrace(request.headers, () => work(message, invocation));
      response.status(204).end();
    } catch (error) {
      const { status, isConfigurationFault } = dispositionOf(error);
      const fields = { ...describeError(error), status, isConfigurationFault, attempts };
      if (isConfigurationFault || status === 500)
        logger.error('delivery given back', { ...fields, ...stackOf(error) });
      else logger.warning('delivery given back', fields);
      response.status(status).end();
    } finally {
      clearTimeout(timer);
    }
  };
}

const withoutTrace: InTrace = (_headers, work) => work();

/** Where the error was thrown, without its message, which may quote what it was about. */
function stackOf(error: unknown): { stack?: readonly string[] } {
  if (!(error instanceof Error) || error.stack === undefined) return {};
  // The message comes first, and lines of it may look like frames.
  const frames = error.stack
    .replace(error.message, '')
    .split('\n')
    .filter((line) => line.startsWith('    at '));
  return { stack: frames.slice(0, 12).map((line) => line.trim()) };
}
