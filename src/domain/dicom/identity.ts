import type { Rejection, RejectionReason } from '../ingest/rejection.ts';
import type { InstanceUids } from './instance-uids.ts';
import { isUid } from './uid.ts';

/** What the beginning of an object says of the instance in it. */
export interface InstanceHeader {
  readonly uids: InstanceUids;
  readonly sopClassUid: string;
  /** Of the file meta information; null where it has none. */
  readonly transferSyntaxUid: string | null;
}

/** What has been read of an instance's identity so far. */
export interface Identity {
  transferSyntaxUid?: string;
  mediaStorageSopClassUid?: string;
  sopClassUid?: string;
  sopInstanceUid?: string;
  studyInstanceUid?: string;
  seriesInstanceUid?: string;
  /** The tag of the last element seen at the top level. */
  lastTag?: number;
}

export const SERIES_INSTANCE_UID = 0x0020000e;

/** The elements of the data set that make its identity, in the order in which they stand. */
export const UID_FIELDS: ReadonlyMap<
  number,
  'sopClassUid' | 'sopInstanceUid' | 'studyInstanceUid' | 'seriesInstanceUid'
> = new Map([
  [0x00080016, 'sopClassUid'],
  [0x00080018, 'sopInstanceUid'],
  [0x0020000d, 'studyInstanceUid'],
  [SERIES_INSTANCE_UID, 'seriesInstanceUid'],
]);

/** Longer than any UID with padding; a longer value is cut, and is then no valid UID either. */
const LONGEST_UID_READ = 256;

/** A UID without its padding: NUL by the standard, a space in many files (PS3.5 section 9.1). */
export function decodeUid(value: Buffer): string {
  return value
    .toString('latin1', 0, Math.min(value.length, LONGEST_UID_READ))
    .replace(/[\0 ]+$/, '')
    .trimStart();
}

export function isIdentified(identity: Identity): boolean {
  return [...UID_FIELDS.values()].every((field) => identity[field] !== undefined);
}

/** The header of an identity that {@link identityRejection} has nothing against. */
export function toHeader(identity: Identity): InstanceHeader {
  const { studyInstanceUid = '', seriesInstanceUid = '', sopInstanceUid = '', sopClassUid = '' } = identity;
  return {
    uids: { studyInstanceUid, seriesInstanceUid, sopInstanceUid },
    sopClassUid,
    transferSyntaxUid: identity.transferSyntaxUid ?? null,
  };
}

const MEDIA_STORAGE_DIRECTORY = '1.2.840.10008.1.3.10';
const FILE_SET_GROUP = 0x0004;

/** Objects that belong to no patient, hence to no study (PS3.3 annexes of the non-patient object modules). */
const NON_PATIENT_OBJECT =
  /^1\.2\.840\.10008\.5\.1\.4\.(38\.1|39\.[1-4]|4[345]\.1|1\.1\.200\.[13567]|1\.1\.201\.1)$/;

const UIDS = [
  ['studyInstanceUid', 'study', 'study instance UID (0020,000D)'],
  ['seriesInstanceUid', 'series', 'series instance UID (0020,000E)'],
  ['sopInstanceUid', 'instance', 'SOP instance UID (0008,0018)'],
  ['sopClassUid', 'sop-class', 'SOP class UID (0008,0016)'],
] as const;

/** Why a data set with this identity cannot be an instance in a store, or undefined when it can. */
export function identityRejection(identity: Identity): Rejection | undefined {
  const isDirectory =
    identity.mediaStorageSopClassUid === MEDIA_STORAGE_DIRECTORY ||
    (identity.lastTag ?? 0) >>> 16 === FILE_SET_GROUP;
  if (isDirectory)
    return {
      reason: 'dicomdir',
      detail: 'The object is a DICOMDIR, the directory of a medium, not an instance.',
    };
  const missing = UIDS.find(([field]) => (identity[field] ?? '') === '');
  if (missing !== undefined) {
    if (NON_PATIENT_OBJECT.test(identity.sopClassUid ?? identity.mediaStorageSopClassUid ?? '')) {
      return {
        reason: 'non-patient-object',
        detail: 'The object belongs to no patient and no study, so a study cannot hold it.',
      };
    }
    return {
      reason: `missing-${missing[1]}-uid` satisfies RejectionReason,
      detail: `The data set has no ${missing[2]}.`,
    };
  }
  const invalid = UIDS.find(([field]) => !isUid(identity[field] ?? ''));
  if (invalid === undefined) return undefined;
  const detail = `The ${invalid[2]} is not made of at most 64 digits and periods (PS3.5 section 9.1).`;
  return { reason: `invalid-${invalid[1]}-uid` satisfies RejectionReason, detail };
}
