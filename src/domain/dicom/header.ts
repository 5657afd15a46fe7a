import type { Rejection } from '../ingest/rejection.ts';
import {
  DamagedDataSet,
  EXPLICIT_LITTLE_ENDIAN,
  IMPLICIT_LITTLE_ENDIAN,
  MoreBytesNeeded,
  hasVrAt,
  needBytes,
  readElementHeader,
  readTag,
  type Encoding,
} from './element.ts';
import {
  SERIES_INSTANCE_UID,
  UID_FIELDS,
  decodeUid,
  identityRejection,
  isIdentified,
  toHeader,
  type Identity,
  type InstanceHeader,
} from './identity.ts';
import { inflatePrefix } from './inflate-prefix.ts';
import { PART_10_START, RECOGNITION_BYTES, guessEncoding, recogniseContent } from './recognise.ts';
import { skipValue } from './skip-value.ts';
import { declaredEncoding, isDeflated } from './transfer-syntax.ts';

export type HeaderReading =
  | { readonly kind: 'more-bytes-needed'; readonly atLeastBytes: number }
  | { readonly kind: 'instance'; readonly header: InstanceHeader }
  | { readonly kind: 'rejected'; readonly rejection: Rejection };

export interface HeaderLimits {
  /** How far into the object (or, where it is deflated, into what it inflates to) the series UID may stand. */
  readonly maxHeaderBytes: number;
}

/**
 * Reads the identity of the instance from the beginning of an object.
 *
 * Pure and stateless: called again with more bytes when it asks for them. Work is linear in the bytes given, and
 * what it asks for never exceeds `maxHeaderBytes`.
 *
 * @param prefix the first bytes of the object.
 * @param isComplete whether `prefix` is all of the object.
 */
export function readHeader(prefix: Buffer, isComplete: boolean, limits: HeaderLimits): HeaderReading {
  if (prefix.length < RECOGNITION_BYTES && !isComplete) {
    return { kind: 'more-bytes-needed', atLeastBytes: RECOGNITION_BYTES };
  }
  const content = recogniseContent(prefix);
  if (content !== 'part-10') return { kind: 'rejected', rejection: NOT_PART_10[content] };
  // What has arrived beyond the limit is not looked at: the verdict must not depend on how large the blocks are.
  const bytes = prefix.subarray(0, limits.maxHeaderBytes);
  const isAll = isComplete && bytes.length === prefix.length;
  const identity: Identity = {};
  try {
    readPart10(bytes, identity, limits);
  } catch (error) {
    if (error instanceof DamagedDataSet) return damaged(error.message);
    if (!(error instanceof MoreBytesNeeded)) throw error;
    if (!isAll && error.atLeastBytes <= limits.maxHeaderBytes) {
      return { kind: 'more-bytes-needed', atLeastBytes: error.atLeastBytes };
    }
    const isPastIdentity = (identity.lastTag ?? 0) > SERIES_INSTANCE_UID;
    const isWhole = isAll && error.isBetweenElements;
    if (!isPastIdentity && !isWhole) {
      // The same verdict whether the end of the object has been seen or not.
      return error.atLeastBytes > limits.maxHeaderBytes
        ? tooLarge(limits)
        : damaged('it ends inside its header');
    }
  }
  const rejection = identityRejection(identity);
  if (rejection !== undefined) return { kind: 'rejected', rejection };
  return { kind: 'instance', header: toHeader(identity) };
}

const TRANSFER_SYNTAX_UID = 0x00020010;
const MEDIA_STORAGE_SOP_CLASS_UID = 0x00020002;
const FIRST_PIXEL_DATA = 0x7fe00000;

const NOT_PART_10: Readonly<Record<'archive' | 'bare-data-set' | 'other', Rejection>> = {
  archive: {
    reason: 'archive',
    detail: 'The object is an archive; its files have to be dropped one by one.',
  },
  'bare-data-set': {
    reason: 'no-preamble',
    detail: 'The object looks like a DICOM data set, but has no preamble and file meta information (PS3.10).',
  },
  other: {
    reason: 'not-dicom',
    detail: 'The object is not a DICOM file (PS3.10): "DICM" is not at byte 128.',
  },
};

/** Fills `identity` as far as it gets. @throws MoreBytesNeeded, DamagedDataSet */
function readPart10(bytes: Buffer, identity: Identity, limits: HeaderLimits): void {
  const start = readFileMeta(bytes, identity);
  const transferSyntaxUid = identity.transferSyntaxUid;
  if (transferSyntaxUid === undefined || !isDeflated(transferSyntaxUid)) {
    readDataSet(bytes, start, encodingAt(bytes, start, transferSyntaxUid), identity);
    return;
  }
  const inflated = inflatePrefix(bytes.subarray(start), limits.maxHeaderBytes);
  try {
    readDataSet(inflated.bytes, 0, encodingAt(inflated.bytes, 0, undefined), identity);
  } catch (error) {
    if (!(error instanceof MoreBytesNeeded)) throw error;
    if (inflated.end === 'damage')
      throw new DamagedDataSet('its transfer syntax is deflated, but its data set cannot be inflated');
    // How many compressed bytes that takes cannot be known; where the limit stopped the inflating, more are no use.
    const atLeastBytes = inflated.end === 'all' ? bytes.length + 1 : Infinity;
    throw new MoreBytesNeeded(atLeastBytes, error.isBetweenElements);
  }
}

/** Reads group 0002, with or without a group length, and returns where the data set begins. */
function readFileMeta(bytes: Buffer, identity: Identity): number {
  let offset = PART_10_START;
  needBytes(bytes, offset + 8);
  while (readTag(bytes, offset, false) >>> 16 === 0x0002) {
    const encoding = hasVrAt(bytes, offset) ? EXPLICIT_LITTLE_ENDIAN : IMPLICIT_LITTLE_ENDIAN;
    const element = readElementHeader(bytes, offset, encoding);
    const end = skipValue(bytes, element, encoding);
    if (element.tag === TRANSFER_SYNTAX_UID)
      identity.transferSyntaxUid = readUid(bytes, element.valueOffset, end);
    if (element.tag === MEDIA_STORAGE_SOP_CLASS_UID) {
      identity.mediaStorageSopClassUid = readUid(bytes, element.valueOffset, end);
    }
    offset = end;
    needBytes(bytes, offset + 8);
  }
  return offset;
}

/** The declared encoding, unless the first element is plainly written in another one. */
function encodingAt(bytes: Buffer, start: number, transferSyntaxUid: string | undefined): Encoding {
  return guessEncoding(bytes, start) ?? declaredEncoding(transferSyntaxUid);
}

/** Walks the top level until all four UIDs are known, or no more can come. */
function readDataSet(bytes: Buffer, start: number, encoding: Encoding, identity: Identity): void {
  let offset = start;
  while (!isIdentified(identity)) {
    if (offset === bytes.length) throw new MoreBytesNeeded(offset + 8, true);
    const element = readElementHeader(bytes, offset, encoding);
    identity.lastTag = element.tag;
    if (element.tag >= FIRST_PIXEL_DATA) return;
    const end = skipValue(bytes, element, encoding);
    const field = UID_FIELDS.get(element.tag);
    if (field !== undefined) {
      const uid = readUid(bytes, element.valueOffset, end);
      // A store may believe the other one, and would then hold an instance that nobody has named.
      if ((identity[field] ?? uid) !== uid)
        throw new DamagedDataSet('a UID that identifies it is there twice, with two values');
      identity[field] = uid;
    }
    offset = end;
  }
}

/** @throws MoreBytesNeeded */
function readUid(bytes: Buffer, start: number, end: number): string {
  needBytes(bytes, end);
  return decodeUid(bytes.subarray(start, end));
}

function damaged(detail: string): HeaderReading {
  return { kind: 'rejected', rejection: { reason: 'damaged', detail: `The file is damaged: ${detail}.` } };
}

function tooLarge({ maxHeaderBytes }: HeaderLimits): HeaderReading {
  const detail = `The series instance UID is not within the first ${maxHeaderBytes} bytes (MAX_HEADER_BYTES).`;
  return { kind: 'rejected', rejection: { reason: 'header-too-large', detail } };
}
