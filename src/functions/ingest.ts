import { DeadlineExceededError } from '../domain/errors.ts';
import { formatIngestReport, formatInvalidEventReport, type IngestReport } from '../domain/report.ts';
import { hashObjectRef } from '../domain/object-ref.ts';
import type { Clock } from '../ports/clock.ts';
import type { LogFields, Logger } from '../ports/logger.ts';
import type { ReportPublisher } from '../ports/report-publisher.ts';
import { describeError, type Attempts } from '../usecases/attempts.ts';
import { ignoreReason, type InboxFilter } from '../usecases/ingest/filters.ts';
import type { IngestObject } from '../usecases/ingest/ingest-object.ts';
import type { Invocation } from '../usecases/invocation.ts';
import { dispositionOf } from './disposition.ts';
import { readStorageEvent, type EventRequest, type StorageEvent } from './event.ts';
import { traceFields } from './trace.ts';

export interface IngestHandlerDependencies {
  readonly ingestObject: IngestObject;
  readonly publisher: ReportPublisher;
  readonly attempts: Attempts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly projectId: string;
  readonly filter: InboxFilter;
  /** How long an invocation may take, from its arrival. */
  readonly timeLimitMs: number;
}

/** The part of an HTTP response that a handler uses. */
export interface EventResponse {
  status(code: number): this;
  end(): unknown;
}

export type EventHandler = (request: EventRequest, response: EventResponse) => Promise<void>;

/**
 * Handles one storage event: 204 once its report has been published, and otherwise a status that gives it back.
 *
 * Must not throw: the functions framework would answer another request in flight.
 */
export function makeIngest(deps: IngestHandlerDependencies): EventHandler {
  const { clock, timeLimitMs } = deps;
  return async (request, response) => {
    const startedAtMs = clock.now();
    const event = readStorageEvent(request);
    const logger = deps.logger.with({ ...traceFields(request.headers, deps.projectId), ...identify(event) });
    const timeUp = new AbortController();
    // Not AbortSignal.timeout: its timer would outlive the request by minutes.
    const timer = setTimeout(
      () => timeUp.abort(new DeadlineExceededError('The time of this invocation is up.')),
      timeLimitMs,
    );
    const invocation: Invocation = {
      startedAtMs,
      deadlineAt: startedAtMs + timeLimitMs,
      signal: timeUp.signal,
      attempts: event.attempts,
      logger,
    };
    try {
      await handle(event, invocation, deps);
      response.status(204).end();
    } catch (error) {
      const { status, isConfigurationFault } = dispositionOf(error);
      const fields = { ...describeError(error), status, isConfigurationFault, attempts: event.attempts };
      if (isConfigurationFault || status === 500)
        logger.error('delivery given back', { ...fields, ...stackOf(error) });
      else logger.warning('delivery given back', fields);
      response.status(status).end();
    } finally {
      clearTimeout(timer);
    }
  };
}

async function handle(
  event: StorageEvent,
  invocation: Invocation,
  deps: IngestHandlerDependencies,
): Promise<void> {
  const { attempts, publisher, clock } = deps;
  const publish = (report: IngestReport): Promise<void> =>
    attempts(invocation, () => publisher.publish(report, invocation.signal));
  const delivery = () => ({
    startedAtMs: invocation.startedAtMs,
    endedAtMs: clock.now(),
    attempts: invocation.attempts,
  });
  if (event.kind === 'invalid') {
    invocation.logger.warning('event ignored', { reason: 'invalid-event', problem: event.problem });
    await publish(
      formatInvalidEventReport(event.eventId, `The event cannot be read: ${event.problem}.`, delivery()),
    );
    return;
  }
  const reason = ignoreReason(event, deps.filter);
  if (reason !== undefined) {
    const result = { outcome: 'ignored', reason, detail: null, sizeBytes: null, instances: [] } as const;
    await publish(formatIngestReport(event.object, result, delivery()));
    return;
  }
  await deps.ingestObject(event.object, invocation);
}

/** Which object a line is about, without its name. */
function identify(event: StorageEvent): LogFields {
  if (event.kind === 'invalid') return {};
  return { objectHash: hashObjectRef(event.object), generation: event.object.generation };
}

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
