import { createHash } from 'node:crypto';
import type { DicomJson } from '../dicom/dicom-json.ts';

/** The identity of an instance: the UIDs of its data set, never those of the file meta information. */
export interface Triple {
  readonly study: string;
  readonly series: string;
  readonly instance: string;
}

/** What the store knows of an instance besides its bytes; kept beside them as one small JSON file. */
export interface InstanceRecord extends Triple {
  readonly transferSyntaxUid: string;
  readonly sizeBytes: number;
  readonly storageClass: string;
  /** ISO 8601. */
  readonly storedAt: string;
  /** What searches return and match, by the level it belongs to. */
  readonly attributes: {
    readonly study: DicomJson;
    readonly series: DicomJson;
    readonly instance: DicomJson;
  };
}

/**
 * The name of an instance's files. A hash, because UIDs come from outside and must not become paths; it is also
 * the order in which searches list instances, which is none that a caller could come to rely on.
 */
export function fileIdOf({ study, series, instance }: Triple): string {
  return hashOf(`${study}\n${series}\n${instance}`);
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
