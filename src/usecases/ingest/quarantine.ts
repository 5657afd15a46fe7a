import { hashObjectRef, type ObjectRef } from '../../domain/object-ref.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStorage } from '../../ports/object-storage.ts';
import type { Invocation } from '../invocation.ts';

/** Copies an object aside with the reason, for a person to look at. The original stays. */
export type Quarantine = (object: ObjectRef, why: QuarantineReason, invocation: Invocation) => Promise<void>;

export interface QuarantineReason {
  readonly reason: string;
  readonly detail: string | null;
}

/** Marks what the worker has written itself, so that it never takes it for a delivery. */
export const OWN_OUTPUT_KEY = 'dicom-courier';

/** Longer details are cut: custom metadata is limited to 8 KiB in all (Cloud Storage, "Quotas and limits"). */
const LONGEST_DETAIL = 1024;

/**
 * @param bucket where to, as `{reason}/{hash of bucket/name#generation}`: the same at every delivery, so that the copy
 *   is made once, and the name says nothing of the patient.
 */
export function makeQuarantine(storage: ObjectStorage, bucket: string, clock: Clock): Quarantine {
  return async (object, { reason, detail }, { signal }) => {
    await storage.copy(
      object,
      {
        bucket,
        name: `${reason}/${hashObjectRef(object)}`,
        metadata: {
          [OWN_OUTPUT_KEY]: 'quarantine',
          'source-bucket': object.bucket,
          'source-name': object.name,
          'source-generation': object.generation,
          reason,
          detail: (detail ?? '').slice(0, LONGEST_DETAIL),
          function: 'ingest',
          'quarantined-at': new Date(clock.now()).toISOString(),
        },
      },
      signal,
    );
  };
}
