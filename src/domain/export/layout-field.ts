import { createHash } from 'node:crypto';

/** A field that a layout may name, and where its value comes from. */
export interface LayoutField {
  /** Eight hexadecimal digits; null for what is not an attribute. */
  readonly tag: string | null;
  /** Whether it tells, alone or with little else, who the patient is. */
  readonly isIdentifying: boolean;
}

const plain = (tag: string | null): LayoutField => ({ tag, isIdentifying: false });
const identifying = (tag: string): LayoutField => ({ tag, isIdentifying: true });

/** The fields by their keywords. UIDs identify too, but are what everything else is found by. */
export const LAYOUT_FIELDS: ReadonlyMap<string, LayoutField> = new Map([
  ['StudyInstanceUID', plain('0020000D')],
  ['SeriesInstanceUID', plain('0020000E')],
  ['SOPInstanceUID', plain('00080018')],
  ['StudyDate', plain('00080020')],
  ['Modality', plain('00080060')],
  ['SeriesNumber', plain('00200011')],
  ['InstanceNumber', plain('00200013')],
  ['FrameNumber', plain(null)],
  ['PatientID', identifying('00100020')],
  ['PatientName', identifying('00100010')],
  ['PatientBirthDate', identifying('00100030')],
  ['AccessionNumber', identifying('00080050')],
  ['StudyID', identifying('00200010')],
  ['ReferringPhysicianName', identifying('00080090')],
]);

/** The longest that a value becomes, in bytes of UTF-8; a UID always fits. */
export const LONGEST_FIELD_BYTES = 64;

/** Stands for a value that is missing. */
const NO_VALUE = 'none';

const HASH_DIGITS = 16;

/**
 * A value as a part of an object's name: never a separator, a control character or a step upwards, and never long.
 *
 * Different values may become the same text, which the check for collisions finds.
 */
export function makeSafeValue(value: string): string {
  const text = value
    .normalize('NFC')
    .trim()
    .replace(/[^\p{L}\p{M}\p{N}._-]/gu, '_');
  if (text === '') return NO_VALUE;
  // A leading period would hide a file, or be a step upwards.
  return cutToBytes(text.replace(/^\./, '_'), LONGEST_FIELD_BYTES);
}

/**
 * What stands for an identifying value: 16 hexadecimal digits of the SHA-256 of the keyword and the value.
 *
 * The same value always becomes the same text, in every export, so that one patient's objects can be found together. There is no key: who
 * has a list of all patient ids can find out whose a hash is. It keeps names out of sight, and is no anonymisation.
 */
export function hashValue(keyword: string, value: string): string {
  const trimmed = value.trim();
  if (trimmed === '') return NO_VALUE;
  return createHash('sha256').update(`${keyword}:${trimmed}`).digest('hex').slice(0, HASH_DIGITS);
}

function cutToBytes(text: string, mostBytes: number): string {
  let cut = '';
  let size = 0;
  for (const character of text) {
    size += Buffer.byteLength(character);
    if (size > mostBytes) break;
    cut += character;
  }
  return cut;
}
