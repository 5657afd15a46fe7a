import type { IgnoreReason, Rejection } from '../../domain/ingest/rejection.ts';
import { formatInstanceReport, type IngestOutcome, type IngestResult } from '../../domain/report.ts';
import type { DicomFile } from './dicom-file.ts';

/** Nothing has to be done. */
export function ignored(reason: IgnoreReason, detail: string | null): IngestResult {
  return { outcome: 'ignored', reason, detail, sizeBytes: null, instances: [] };
}

/** The object can never become an instance, and no instance is known. */
export function rejected({ reason, detail }: Rejection, sizeBytes: number): IngestResult {
  return { outcome: 'rejected', reason, detail, sizeBytes, instances: [] };
}

/** What became of the one instance in an object. */
export function carried(
  outcome: IngestOutcome,
  { reason, detail }: Pick<IngestResult, 'reason' | 'detail'>,
  file: DicomFile,
  sizeBytes: number,
): IngestResult {
  const instance = formatInstanceReport(file.header.uids, {
    outcome,
    transferSyntax: file.header.transferSyntaxUid,
    sizeBytes: file.sizeBytes ?? sizeBytes,
  });
  return { outcome, reason, detail: detail ?? file.note, sizeBytes, instances: [instance] };
}
