import {
  EXPLICIT_BIG_ENDIAN,
  EXPLICIT_LITTLE_ENDIAN,
  IMPLICIT_LITTLE_ENDIAN,
  hasVrAt,
  type Encoding,
} from './element.ts';

/** As many bytes as {@link recogniseContent} looks at; the signature of tar stands at 257. */
export const RECOGNITION_BYTES = 512;

/** Where the data of a Part 10 file begins: after 128 bytes of preamble and `DICM` (PS3.10 section 7.1). */
export const PART_10_START = 132;

/** What the first bytes of an object say it is. */
export type Content = 'part-10' | 'bare-data-set' | 'archive' | 'other';

const ARCHIVE_SIGNATURES: readonly (readonly [offset: number, signature: Buffer])[] = [
  [0, Buffer.from('PK\x03\x04', 'latin1')], // zip
  [0, Buffer.from('PK\x05\x06', 'latin1')], // an empty zip
  [0, Buffer.from('\x1f\x8b', 'latin1')], // gzip
  [0, Buffer.from('BZh', 'latin1')],
  [0, Buffer.from('\xfd7zXZ\0', 'latin1')],
  [0, Buffer.from('7z\xbc\xaf\x27\x1c', 'latin1')],
  [0, Buffer.from('\x28\xb5\x2f\xfd', 'latin1')], // zstandard
  [0, Buffer.from('Rar!\x1a\x07', 'latin1')],
  [257, Buffer.from('ustar', 'latin1')],
];

/**
 * Tells an object by its content, never by its name or content type.
 *
 * @param bytes the first {@link RECOGNITION_BYTES} of the object, or all of it.
 */
export function recogniseContent(bytes: Buffer): Content {
  if (startsWith(bytes, 128, DICM)) return 'part-10';
  if (ARCHIVE_SIGNATURES.some(([offset, signature]) => startsWith(bytes, offset, signature)))
    return 'archive';
  if (startsWith(bytes, 0, DICM) || guessEncoding(bytes, 0) !== undefined) return 'bare-data-set';
  return 'other';
}

/**
 * How a data set that says nothing of itself seems to be written, judged by its first element.
 *
 * Data sets begin with group 0008 (or 0002, where the preamble alone was cut off).
 */
export function guessEncoding(bytes: Buffer, offset: number): Encoding | undefined {
  if (bytes.length < offset + 8) return undefined;
  if (isFirstGroup(bytes.readUInt16LE(offset)) && bytes.readUInt16LE(offset + 2) < 0x3000) {
    if (hasVrAt(bytes, offset)) return EXPLICIT_LITTLE_ENDIAN;
    if (bytes.readUInt32LE(offset + 4) <= LONGEST_FIRST_VALUE) return IMPLICIT_LITTLE_ENDIAN;
  }
  const isBigEndian = isFirstGroup(bytes.readUInt16BE(offset)) && hasVrAt(bytes, offset);
  return isBigEndian ? EXPLICIT_BIG_ENDIAN : undefined;
}

const DICM = Buffer.from('DICM', 'latin1');
/** The first element is a group length, a character set, an image type or a UID. */
const LONGEST_FIRST_VALUE = 1024;

function isFirstGroup(group: number): boolean {
  return group === 0x0008 || group === 0x0002;
}

function startsWith(bytes: Buffer, offset: number, signature: Buffer): boolean {
  return bytes.subarray(offset, offset + signature.length).equals(signature);
}
