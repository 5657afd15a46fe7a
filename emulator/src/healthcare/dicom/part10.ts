import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import dicomParser, { type DataSet, type Element } from 'dicom-parser';

/** The elements of a file up to its pixel data. Only a bounded part of the file is in memory. */
export interface Header {
  readonly transferSyntaxUid: string;
  readonly isLittleEndian: boolean;
  /** By tag in DICOM JSON's form. A value may end beyond {@link bytes}, e.g. that of Pixel Data. */
  readonly elements: ReadonlyMap<string, Element>;
  /** What the elements' offsets count in: the head of the file, inflated where it is deflated. */
  readonly bytes: Buffer;
  /** Why reading ended before the pixel data or the end of the file; undefined when it did not. */
  readonly problem: string | undefined;
}

/** The bytes are not a DICOM Part 10 file at all. */
export class NotDicomError extends Error {
  override readonly name = 'NotDicomError';
}

/**
 * How much of a file is looked at, until its pixel data or its end is within. Nearly every header is in the first
 * step; what lies beyond the last is not read, and its elements are missing from the header.
 */
const WINDOWS_BYTES = [64 * 1024, 1024 * 1024, 16 * 1024 * 1024];

const IMPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2';
const DEFLATED = '1.2.840.10008.1.2.1.99';
const EXPLICIT_BIG_ENDIAN = '1.2.840.10008.1.2.2';
const PIXEL_DATA = 'x7fe00010';
/** Representations newer than dicom-parser, which takes their 32-bit length for one of 16 bits. */
const LATER_REPRESENTATIONS = new Set(['OV', 'SV', 'UV']);

interface Window {
  readonly bytes: Buffer;
  readonly isWhole: boolean;
  readonly problem?: string;
}

/**
 * Reads the header of a file.
 *
 * @throws NotDicomError without the DICM prefix or a Transfer Syntax UID.
 */
export async function readHeader(path: string): Promise<Header> {
  const file = await open(path);
  try {
    for (const limitBytes of WINDOWS_BYTES) {
      const isLast = limitBytes === WINDOWS_BYTES.at(-1);
      const header = await readWithin(file, limitBytes, isLast);
      if (header !== undefined) return header;
    }
  } finally {
    await file.close();
  }
  throw new Error('unreachable: the last window always gives a header');
}

/** The header, or undefined when it needs more bytes than `limitBytes` and may have them. */
async function readWithin(
  file: FileHandle,
  limitBytes: number,
  isLast: boolean,
): Promise<Header | undefined> {
  const head = await readPrefix(file, limitBytes);
  const meta = readMeta(head.bytes);
  if ('problem' in meta) {
    if (!head.isWhole && !isLast && meta.isCut) return undefined;
    throw new NotDicomError(meta.problem);
  }
  const { transferSyntaxUid, endOffset } = meta;
  const isDeflated = transferSyntaxUid === DEFLATED;
  const body = isDeflated ? await inflatePrefix(file, endOffset, limitBytes) : head;
  const isLittleEndian = transferSyntaxUid !== EXPLICIT_BIG_ENDIAN;
  const isExplicit = transferSyntaxUid !== IMPLICIT_LITTLE_ENDIAN;
  const read = readElements(body.bytes, isDeflated ? 0 : endOffset, isExplicit, isLittleEndian);
  if (!read.isComplete && !body.isWhole && !isLast) return undefined;
  const problem = read.isComplete ? undefined : (body.problem ?? read.problem);
  return { transferSyntaxUid, isLittleEndian, elements: read.elements, bytes: body.bytes, problem };
}

async function readPrefix(file: FileHandle, limitBytes: number): Promise<Window> {
  const { size } = await file.stat();
  const bytes = Buffer.allocUnsafe(Math.min(size, limitBytes));
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return { bytes: bytes.subarray(0, filled), isWhole: filled === size };
}

/** The head of a deflated data set. A damaged stream gives what came before the damage. */
async function inflatePrefix(file: FileHandle, start: number, limitBytes: number): Promise<Window> {
  const inflater = createInflateRaw();
  // An error reaches the loop below through the inflater; leaving the loop early closes both.
  pipeline(file.createReadStream({ start, autoClose: false }), inflater, () => undefined);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of inflater as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= limitBytes) return { bytes: Buffer.concat(chunks), isWhole: false };
    }
  } catch (error) {
    return { bytes: Buffer.concat(chunks), isWhole: true, problem: describe(error) };
  }
  return { bytes: Buffer.concat(chunks), isWhole: true };
}

type Meta =
  | { readonly transferSyntaxUid: string; readonly endOffset: number }
  | { readonly problem: string; readonly isCut: boolean };

function readMeta(bytes: Buffer): Meta {
  if (bytes.toString('latin1', 128, 132) !== 'DICM') {
    return { problem: 'the file does not have the DICM prefix after its preamble', isCut: false };
  }
  try {
    const meta = dicomParser.readPart10Header(bytes.subarray(0, metaEnd(bytes))) as DataSet & {
      position: number;
    };
    const element = meta.elements['x00020010'];
    const transferSyntaxUid =
      element === undefined ? '' : uidText(bytes, element.dataOffset, element.dataOffset + element.length);
    if (transferSyntaxUid === '') {
      return { problem: 'the file meta information has no Transfer Syntax UID', isCut: false };
    }
    // It becomes a header of answers.
    if (/[^\x21-\x7e]/.test(transferSyntaxUid)) {
      return { problem: 'the Transfer Syntax UID has characters that no UID has', isCut: false };
    }
    return { transferSyntaxUid, endOffset: meta.position };
  } catch (error) {
    return { problem: `the file meta information is not readable: ${describe(error)}`, isCut: true };
  }
}

/** The representations whose length has 32 bits, after two reserved bytes (PS3.5 section 7.1.2). */
const LONG_FORM = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '));

/**
 * Where group 0002 ends.
 *
 * dicom-parser reads the element after it too, before it looks at its group; where the data set is deflated, what it
 * reads there are compressed bytes, and some of them look like an element that cannot be read.
 */
function metaEnd(bytes: Buffer): number {
  let at = 132;
  while (at + 12 <= bytes.length && bytes.readUInt16LE(at) === 0x0002) {
    const isLong = LONG_FORM.has(bytes.toString('latin1', at + 4, at + 6));
    at += isLong ? 12 + bytes.readUInt32LE(at + 8) : 8 + bytes.readUInt16LE(at + 6);
  }
  // What is not all there is left to the parser to complain about.
  return at + 12 > bytes.length ? bytes.length : at;
}

interface Elements {
  readonly elements: ReadonlyMap<string, Element>;
  /** Whether the pixel data has been reached, so that nothing of the header is missing. */
  readonly isComplete: boolean;
  readonly problem?: string;
}

function readElements(bytes: Buffer, start: number, isExplicit: boolean, isLittleEndian: boolean): Elements {
  const elements = new Map<string, Element>();
  if (start >= bytes.length) return { elements, isComplete: start === bytes.length };
  const parser = isLittleEndian
    ? dicomParser.littleEndianByteArrayParser
    : dicomParser.bigEndianByteArrayParser;
  const stream = new dicomParser.ByteStream(parser, bytes, start);
  while (stream.position < bytes.length) {
    const at = stream.position;
    let element: Element;
    try {
      element = isExplicit
        ? dicomParser.readDicomElementExplicit(stream, stream.warnings, PIXEL_DATA)
        : dicomParser.readDicomElementImplicit(stream, PIXEL_DATA);
      if (LATER_REPRESENTATIONS.has(element.vr ?? '')) {
        element.length = parser.readUint32(bytes, at + 8);
        element.dataOffset = at + 12;
        stream.position = element.dataOffset + element.length;
      }
    } catch (error) {
      return { elements, isComplete: false, problem: describe(error) };
    }
    elements.set(element.tag.slice(1).toUpperCase(), element);
    if (element.tag === PIXEL_DATA) return { elements, isComplete: true };
  }
  if (stream.position > bytes.length) {
    return { elements, isComplete: false, problem: 'the last element is longer than the file' };
  }
  return { elements, isComplete: false };
}

/** The bytes of an element's value; undefined when some of them are not in memory. */
export function valueBytes(header: Pick<Header, 'bytes'>, element: Element): Buffer | undefined {
  const end = element.dataOffset + element.length;
  return end > header.bytes.length ? undefined : header.bytes.subarray(element.dataOffset, end);
}

/** The UID in an element of a header, without padding; empty when it is absent. */
export function uidOf(header: Header, tag: string): string {
  const element = header.elements.get(tag);
  const bytes = element === undefined ? undefined : valueBytes(header, element);
  return bytes === undefined ? '' : uidText(bytes, 0, bytes.length);
}

function uidText(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('latin1', start, end).replace(/[\0 ]+$/, '');
}

/** dicom-parser throws strings and errors alike. */
function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
