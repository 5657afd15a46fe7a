/** How the elements of a data set are written (PS3.5 section 7.1). */
export interface Encoding {
  readonly isExplicitVr: boolean;
  readonly isBigEndian: boolean;
}

export const EXPLICIT_LITTLE_ENDIAN: Encoding = { isExplicitVr: true, isBigEndian: false };
export const IMPLICIT_LITTLE_ENDIAN: Encoding = { isExplicitVr: false, isBigEndian: false };
export const EXPLICIT_BIG_ENDIAN: Encoding = { isExplicitVr: true, isBigEndian: true };

/** The length of a sequence or item that ends with a delimiter (PS3.5 section 7.1.1). */
export const UNDEFINED_LENGTH = 0xffffffff;

export const ITEM = 0xfffee000;
export const ITEM_DELIMITATION = 0xfffee00d;
export const SEQUENCE_DELIMITATION = 0xfffee0dd;

const SHORT_LENGTH_VRS = new Set('AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US'.split(' '));
const LONG_LENGTH_VRS = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '));

/** What stands in front of a value. */
export interface ElementHeader {
  /** Group and element as one number, e.g. 0x0020000d. */
  readonly tag: number;
  /** Undefined in implicit VR, and for items and delimiters. */
  readonly vr: string | undefined;
  /** In bytes, or {@link UNDEFINED_LENGTH}. */
  readonly length: number;
  readonly valueOffset: number;
}

/** The bytes at hand end before what was asked for; `atLeastBytes` counts from their beginning. */
export class MoreBytesNeeded extends Error {
  readonly atLeastBytes: number;
  /** Whether the bytes at hand end between two elements, so that they may be a whole data set. */
  readonly isBetweenElements: boolean;

  constructor(atLeastBytes: number, isBetweenElements = false) {
    super(`At least ${atLeastBytes} bytes are needed.`);
    this.atLeastBytes = atLeastBytes;
    this.isBetweenElements = isBetweenElements;
  }
}

/** These bytes are not a data set of that encoding. */
export class DamagedDataSet extends Error {}

/** Whether a VR stands after the tag at `offset`, as in explicit VR. */
export function hasVrAt(bytes: Buffer, offset: number): boolean {
  const vr = bytes.toString('latin1', offset + 4, offset + 6);
  return SHORT_LENGTH_VRS.has(vr) || LONG_LENGTH_VRS.has(vr);
}

/** @throws MoreBytesNeeded */
export function readTag(bytes: Buffer, offset: number, isBigEndian: boolean): number {
  needBytes(bytes, offset + 4);
  const group = isBigEndian ? bytes.readUInt16BE(offset) : bytes.readUInt16LE(offset);
  const element = isBigEndian ? bytes.readUInt16BE(offset + 2) : bytes.readUInt16LE(offset + 2);
  return group * 0x10000 + element;
}

/**
 * Reads the tag, VR and length at `offset`.
 *
 * A VR of two capital letters that is not known is read in the long form, which PS3.5 section 7.1.2 reserves
 * for VRs to come.
 *
 * @throws MoreBytesNeeded, DamagedDataSet
 */
export function readElementHeader(bytes: Buffer, offset: number, encoding: Encoding): ElementHeader {
  const { isBigEndian } = encoding;
  const tag = readTag(bytes, offset, isBigEndian);
  const isDelimiter = tag === ITEM || tag === ITEM_DELIMITATION || tag === SEQUENCE_DELIMITATION;
  needBytes(bytes, offset + 8);
  if (!encoding.isExplicitVr || isDelimiter) {
    return {
      tag,
      vr: undefined,
      length: readUint32(bytes, offset + 4, isBigEndian),
      valueOffset: offset + 8,
    };
  }
  const vr = bytes.toString('latin1', offset + 4, offset + 6);
  if (SHORT_LENGTH_VRS.has(vr)) {
    const length = isBigEndian ? bytes.readUInt16BE(offset + 6) : bytes.readUInt16LE(offset + 6);
    return { tag, vr, length, valueOffset: offset + 8 };
  }
  if (!LONG_LENGTH_VRS.has(vr) && !/^[A-Z]{2}$/.test(vr)) {
    throw new DamagedDataSet('an element has no value representation');
  }
  needBytes(bytes, offset + 12);
  return { tag, vr, length: readUint32(bytes, offset + 8, isBigEndian), valueOffset: offset + 12 };
}

/** @throws MoreBytesNeeded */
export function needBytes(bytes: Buffer, end: number): void {
  if (end > bytes.length) throw new MoreBytesNeeded(end);
}

function readUint32(bytes: Buffer, offset: number, isBigEndian: boolean): number {
  return isBigEndian ? bytes.readUInt32BE(offset) : bytes.readUInt32LE(offset);
}
