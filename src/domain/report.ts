import { createHash } from 'node:crypto';
import type { CommandReport } from './command/command-report.ts';
import type { Delivery } from './delivery.ts';
import type { InstanceUids } from './dicom/instance-uids.ts';
import type { IgnoreReason, RejectionReason } from './ingest/rejection.ts';
import { hashObjectRef, type ObjectRef } from './object-ref.ts';

/** What became of an object. */
export type IngestOutcome = 'stored' | 'already-stored' | 'conflict' | 'rejected' | 'ignored';

/** Why an event could not even be read. */
export type EventReason = 'invalid-event';

export interface InstanceReport {
  readonly study: string;
  readonly series: string;
  readonly instance: string;
  readonly outcome: IngestOutcome;
  readonly transferSyntax: string | null;
  readonly sizeBytes: number;
}

/** What became of one event, published when it is final. The field names are part of the interface. */
export interface IngestReport {
  readonly schema: 'dicom-courier.report.v1';
  /** The same for every delivery of the same object, so that repeats can be told. */
  readonly reportId: string;
  readonly kind: 'ingest';
  readonly final: true;
  /** Null when the event did not name one. */
  readonly object: (ObjectRef & { readonly sizeBytes: number | null }) | null;
  readonly outcome: IngestOutcome;
  readonly reason: RejectionReason | IgnoreReason | EventReason | ConflictReason | null;
  /** A sentence for people; null when the outcome says everything. */
  readonly detail: string | null;
  readonly instances: readonly InstanceReport[];
  /** Which delivery of the event this was, as far as the platform tells. */
  readonly attempts: number;
  /** RFC 3339, in UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
}

/** Why an instance could not be stored beside the one that is there. */
export type ConflictReason = 'different-content';

export type Report = IngestReport | CommandReport;

/** The part of an ingest report that the object and its content decide. */
export interface IngestResult {
  readonly outcome: IngestOutcome;
  readonly reason: IngestReport['reason'];
  readonly detail: string | null;
  readonly sizeBytes: number | null;
  readonly instances: readonly InstanceReport[];
}

/**
 * An event that asks for nothing, a generation that is gone, and an object whose series has been deleted since it came, have
 * an id of their own: they must not stand for, or replace, what was said of the object before.
 */
function ingestReportId(object: ObjectRef, { outcome, reason }: IngestResult): string {
  const id = `ingest:${hashObjectRef(object)}`;
  const isOfItsOwn = outcome === 'ignored' || reason === 'deleted-before';
  return isOfItsOwn ? `${id}:${reason ?? 'ignored'}` : id;
}

export function formatIngestReport(
  object: ObjectRef,
  result: IngestResult,
  delivery: Delivery,
): IngestReport {
  const { sizeBytes, ...rest } = result;
  return {
    schema: 'dicom-courier.report.v1',
    reportId: ingestReportId(object, result),
    kind: 'ingest',
    final: true,
    object: { bucket: object.bucket, name: object.name, generation: object.generation, sizeBytes },
    ...rest,
    ...formatDelivery(delivery),
  };
}

/**
 * The report on an event that names no object.
 *
 * @param eventId the message's id, or another text that is the same at every delivery.
 */
export function formatInvalidEventReport(eventId: string, detail: string, delivery: Delivery): IngestReport {
  return {
    schema: 'dicom-courier.report.v1',
    reportId: `ingest:event:${createHash('sha256').update(eventId).digest('hex').slice(0, 32)}`,
    kind: 'ingest',
    final: true,
    object: null,
    outcome: 'ignored',
    reason: 'invalid-event',
    detail,
    instances: [],
    ...formatDelivery(delivery),
  };
}

export function formatInstanceReport(
  uids: InstanceUids,
  rest: Pick<InstanceReport, 'outcome' | 'transferSyntax' | 'sizeBytes'>,
): InstanceReport {
  return {
    study: uids.studyInstanceUid,
    series: uids.seriesInstanceUid,
    instance: uids.sopInstanceUid,
    ...rest,
  };
}

function formatDelivery({
  startedAtMs,
  endedAtMs,
  attempts,
}: Delivery): Pick<IngestReport, 'attempts' | 'startedAt' | 'durationMs'> {
  return {
    attempts,
    startedAt: new Date(startedAtMs).toISOString(),
    durationMs: Math.round(endedAtMs - startedAtMs),
  };
}
