/** Every synthetic object is a header of this length and as many frames of {@link FRAME_BYTES} as its size takes. */
export const HEADER_BYTES = 1024;
const FRAME_BYTES = 512;

const MULTI_FRAME_BYTE_CAPTURE = '1.2.840.10008.5.1.4.1.1.7.2';
const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const INSTANCES_PER_SERIES = 100;
const SERIES_PER_STUDY = 5;

/** What a store answers with: the identity of an instance, and how long it is as a whole. */
export interface Identity {
  readonly sopClassUid: string;
  readonly study: string;
  readonly series: string;
  readonly instance: string;
  readonly sizeBytes: number;
}

/**
 * The first {@link HEADER_BYTES} of the Part 10 file with this number, up to the first byte of its pixels.
 *
 * All headers have the same length, which an image comment fills up; what follows may be any bytes.
 *
 * @throws RangeError when the size is not a header and a whole number of frames.
 */
export function makeHeader(number: number, sizeBytes: number): Buffer {
  const frames = (sizeBytes - HEADER_BYTES) / FRAME_BYTES;
  if (!Number.isInteger(frames) || frames < 1) {
    throw new RangeError(`There is no synthetic object of ${sizeBytes} bytes.`);
  }
  const series = Math.floor(number / INSTANCES_PER_SERIES);
  const uids = {
    study: uid(1, Math.floor(series / SERIES_PER_STUDY)),
    series: uid(2, series),
    instance: uid(3, number),
  };
  const meta = Buffer.concat([
    long(0x0002, 0x0001, 'OB', Buffer.from([0, 1])),
    ui(0x0002, 0x0002, MULTI_FRAME_BYTE_CAPTURE),
    ui(0x0002, 0x0003, uids.instance),
    ui(0x0002, 0x0010, EXPLICIT_LITTLE_ENDIAN),
    ui(0x0002, 0x0012, uid(4, 0)),
  ]);
  const start = Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    short(0x0002, 0x0000, 'UL', uint32(meta.length)),
    meta,
    ui(0x0008, 0x0016, MULTI_FRAME_BYTE_CAPTURE),
    ui(0x0008, 0x0018, uids.instance),
    text(0x0008, 0x0060, 'CS', 'OT'),
    text(0x0010, 0x0020, 'LO', 'BENCH'),
    ui(0x0020, 0x000d, uids.study),
    ui(0x0020, 0x000e, uids.series),
  ]);
  const end = Buffer.concat([
    short(0x0028, 0x0002, 'US', uint16(1)),
    text(0x0028, 0x0004, 'CS', 'MONOCHROME2'),
    text(0x0028, 0x0008, 'IS', String(frames)),
    short(0x0028, 0x0010, 'US', uint16(16)),
    short(0x0028, 0x0011, 'US', uint16(FRAME_BYTES / 16)),
    short(0x0028, 0x0100, 'US', uint16(8)),
    short(0x0028, 0x0101, 'US', uint16(8)),
    short(0x0028, 0x0102, 'US', uint16(7)),
    short(0x0028, 0x0103, 'US', uint16(0)),
    tag(0x7fe0, 0x0010),
    Buffer.from('OB\0\0'),
    uint32(frames * FRAME_BYTES),
  ]);
  const comment = ' '.repeat(HEADER_BYTES - start.length - end.length - 8);
  return Buffer.concat([start, text(0x0020, 0x4000, 'LT', comment), end]);
}

/**
 * Reads a header that {@link makeHeader} has made; it is no reader for other files.
 *
 * @throws Error when it is not such a header.
 */
export function readIdentity(head: Buffer): Identity {
  return {
    sopClassUid: readText(head, 0x0008, 0x0016, 'UI'),
    study: readText(head, 0x0020, 0x000d, 'UI'),
    series: readText(head, 0x0020, 0x000e, 'UI'),
    instance: readText(head, 0x0008, 0x0018, 'UI'),
    sizeBytes: HEADER_BYTES + FRAME_BYTES * Number(readText(head, 0x0028, 0x0008, 'IS')),
  };
}

function readText(head: Buffer, group: number, element: number, vr: string): string {
  const at = head.subarray(0, HEADER_BYTES).indexOf(Buffer.concat([tag(group, element), Buffer.from(vr)]));
  if (at < 0) throw new Error('This is not the header of a synthetic object.');
  const valueAt = at + 8;
  return head.toString('latin1', valueAt, valueAt + head.readUInt16LE(at + 6)).replace(/[\0 ]+$/, '');
}

/** Of one length for all numbers up to 10¹². */
function uid(kind: number, number: number): string {
  return `2.25.${kind}${String(number).padStart(12, '0')}`;
}

function ui(group: number, element: number, value: string): Buffer {
  return text(group, element, 'UI', value, '\0');
}

function text(group: number, element: number, vr: string, value: string, padding = ' '): Buffer {
  return short(group, element, vr, Buffer.from(value.length % 2 === 0 ? value : value + padding, 'latin1'));
}

function short(group: number, element: number, vr: string, value: Buffer): Buffer {
  return Buffer.concat([tag(group, element), Buffer.from(vr), uint16(value.length), value]);
}

/** OB and its like have a length of 32 bits after two reserved bytes (PS3.5, section 7.1.2). */
function long(group: number, element: number, vr: string, value: Buffer): Buffer {
  return Buffer.concat([tag(group, element), Buffer.from(`${vr}\0\0`), uint32(value.length), value]);
}

function tag(group: number, element: number): Buffer {
  return Buffer.concat([uint16(group), uint16(element)]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
