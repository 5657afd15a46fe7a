import { formatIngestReport, formatInvalidEventReport, type IngestReport } from '../domain/report.ts';
import { hashObjectRef } from '../domain/object-ref.ts';
import type { LogFields } from '../ports/logger.ts';
import type { ReportPublisher } from '../ports/report-publisher.ts';
import type { Attempts } from '../usecases/attempts.ts';
import { ignoreReason, type InboxFilter } from '../usecases/ingest/filters.ts';
import type { IngestObject } from '../usecases/ingest/ingest-object.ts';
import type { Invocation } from '../usecases/invocation.ts';
import { makeDeliveryHandler, type DeliveryDependencies, type EventHandler } from './deliver.ts';
import { readStorageEvent, type StorageEvent } from './event.ts';

export interface IngestHandlerDependencies extends DeliveryDependencies {
  readonly ingestObject: IngestObject;
  readonly publisher: ReportPublisher;
  readonly attempts: Attempts;
  readonly filter: InboxFilter;
}

/** Handles one storage event: acknowledged once its report has been published. */
export function makeIngest(deps: IngestHandlerDependencies): EventHandler {
  return makeDeliveryHandler(
    deps,
    (request) => {
      const event = readStorageEvent(request);
      return { message: event, attempts: event.attempts, logFields: identify(event) };
    },
    (event, invocation) => handle(event, invocation, deps),
  );
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
