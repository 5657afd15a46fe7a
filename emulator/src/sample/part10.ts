/** One element of a data set. Several values of text are separated by backslashes, as DICOM does. */
export type Element =
  | readonly [tag: number, vr: ShortVr, value: string]
  | readonly [number, 'US', number]
  | readonly [number, 'OW', Buffer];

type ShortVr = 'AE' | 'CS' | 'DA' | 'DS' | 'IS' | 'LO' | 'PN' | 'SH' | 'TM' | 'UI';

const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const IMPLEMENTATION_CLASS_UID = '2.25.267839422107853410229641873305917246558';
const SOP_CLASS_UID = 0x00080016;
const SOP_INSTANCE_UID = 0x00080018;

/**
 * A DICOM Part 10 file, explicit VR little endian: preamble, file meta information and data set.
 *
 * @param elements in any order; SOP Class UID and SOP Instance UID must be among them.
 */
export function encodePart10(elements: readonly Element[]): Buffer {
  const meta = encodeElements([
    [0x00020002, 'UI', textOf(elements, SOP_CLASS_UID)],
    [0x00020003, 'UI', textOf(elements, SOP_INSTANCE_UID)],
    [0x00020010, 'UI', EXPLICIT_LITTLE_ENDIAN],
    [0x00020012, 'UI', IMPLEMENTATION_CLASS_UID],
    [0x00020013, 'SH', 'DICOM-COURIER'],
  ]);
  const version = encodeLong(0x00020001, 'OB', Buffer.from([0, 1]));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(version.length + meta.length);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    encodeShort(0x00020000, 'UL', length),
    version,
    meta,
    encodeElements(elements),
  ]);
}

function textOf(elements: readonly Element[], tag: number): string {
  const value = elements.find(([candidate]) => candidate === tag)?.[2];
  if (typeof value !== 'string') throw new TypeError(`The element ${tag.toString(16)} is missing.`);
  return value;
}

function encodeElements(elements: readonly Element[]): Buffer {
  const sorted = [...elements].sort(([a], [b]) => a - b);
  return Buffer.concat(sorted.map(encodeElement));
}

function encodeElement([tag, vr, value]: Element): Buffer {
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(2);
    bytes.writeUInt16LE(value);
    return encodeShort(tag, vr, bytes);
  }
  if (typeof value !== 'string') return encodeLong(tag, vr, value);
  // Values have an even length: UIDs are filled up with a NUL, everything else with a space.
  const padding = value.length % 2 === 0 ? '' : vr === 'UI' ? '\0' : ' ';
  return encodeShort(tag, vr, Buffer.from(value + padding, 'latin1'));
}

function encodeShort(tag: number, vr: string, value: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16LE(tag >>> 16, 0);
  header.writeUInt16LE(tag & 0xffff, 2);
  header.write(vr, 4, 'latin1');
  header.writeUInt16LE(value.length, 6);
  return Buffer.concat([header, value]);
}

/** The form of OB, OW and their like, with two reserved bytes and a length of four. */
function encodeLong(tag: number, vr: string, value: Buffer): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16LE(tag >>> 16, 0);
  header.writeUInt16LE(tag & 0xffff, 2);
  header.write(vr, 4, 'latin1');
  header.writeUInt32LE(value.length, 8);
  return Buffer.concat([header, value]);
}
