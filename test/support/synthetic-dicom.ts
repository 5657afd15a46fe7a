import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { deflateRawSync } from 'node:zlib';
import { encodeDataSet, type SyntheticElement } from './synthetic-elements.ts';

/** The transfer syntaxes that have a meaning of their own here; any other UID is taken for a compressed one. */
export const TRANSFER_SYNTAX = {
  implicitLittleEndian: '1.2.840.10008.1.2',
  explicitLittleEndian: '1.2.840.10008.1.2.1',
  deflatedLittleEndian: '1.2.840.10008.1.2.1.99',
  explicitBigEndian: '1.2.840.10008.1.2.2',
  jpegBaseline: '1.2.840.10008.1.2.4.50',
} as const;

const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';
const BLOCK_BYTES = 65_536;

/** A DICOM file to be made. Whatever is not given has a default, and the UIDs follow from the seed. */
export interface SyntheticDicom {
  /** @default 'synthetic' */
  readonly seed?: string;
  readonly study?: string;
  readonly series?: string;
  readonly instance?: string;
  /** The SOP Instance UID of the file meta information, where it is to differ from the data set's. */
  readonly metaInstance?: string;
  /** @default Secondary Capture Image Storage */
  readonly sopClass?: string;
  /** A UID. @default Explicit VR Little Endian */
  readonly transferSyntax?: string;
  readonly modality?: string;
  readonly patientName?: string;
  readonly patientId?: string;
  /** `YYYYMMDD`. */
  readonly studyDate?: string;
  readonly accessionNumber?: string;
  readonly instanceNumber?: number;
  /** Up to 65,535, or a multiple of 65,536. @default 16 */
  readonly pixelBytes?: number;
  /** Added to the data set, or put in the place of its own elements. */
  readonly elements?: readonly SyntheticElement[];
  /** Tags that the data set is to lack, e.g. `0020000D`. */
  readonly omit?: readonly string[];
}

/** A valid UID that is always the same for the same parts. */
export function uid(...parts: readonly (string | number)[]): string {
  const digest = createHash('sha256').update(parts.join('\n')).digest('hex');
  return `2.25.${BigInt(`0x${digest.slice(0, 30)}`)}`;
}

/** The identity a file will have. */
export function tripleOf(options: SyntheticDicom): { study: string; series: string; instance: string } {
  const { seed = 'synthetic' } = options;
  return {
    study: options.study ?? uid(seed, 'study'),
    series: options.series ?? uid(seed, 'series'),
    instance: options.instance ?? uid(seed, 'instance'),
  };
}

/** A valid DICOM Part 10 file; the same bytes for the same options. */
export function makeDicom(options: SyntheticDicom = {}): Buffer {
  return Buffer.concat([...pieces(options)]);
}

/** The same file as a stream that is made while it is read, for files that are too large to hold. */
export function streamDicom(options: SyntheticDicom): {
  readonly sizeBytes: number;
  readonly content: Readable;
} {
  let sizeBytes = 0;
  for (const piece of pieces(options)) sizeBytes += piece.length;
  return { sizeBytes, content: Readable.from(pieces(options), { objectMode: false }) };
}

function* pieces(options: SyntheticDicom): Generator<Buffer> {
  const { transferSyntax = TRANSFER_SYNTAX.explicitLittleEndian } = options;
  yield Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), fileMeta(options, transferSyntax)]);
  if (transferSyntax === TRANSFER_SYNTAX.deflatedLittleEndian) {
    yield deflateRawSync(Buffer.concat([...dataSet(options, transferSyntax)]));
  } else {
    yield* dataSet(options, transferSyntax);
  }
}

function fileMeta(options: SyntheticDicom, transferSyntax: string): Buffer {
  const rest = encodeDataSet(
    [
      { tag: '00020001', vr: 'OB', value: Buffer.from([0, 1]) },
      { tag: '00020002', vr: 'UI', value: options.sopClass ?? SECONDARY_CAPTURE },
      { tag: '00020003', vr: 'UI', value: options.metaInstance ?? tripleOf(options).instance },
      { tag: '00020010', vr: 'UI', value: transferSyntax },
      { tag: '00020012', vr: 'UI', value: uid('implementation') },
    ],
    { isExplicit: true, isLittleEndian: true },
  );
  const length = encodeDataSet([{ tag: '00020000', vr: 'UL', value: [rest.length] }], {
    isExplicit: true,
    isLittleEndian: true,
  });
  return Buffer.concat([length, rest]);
}

function* dataSet(options: SyntheticDicom, transferSyntax: string): Generator<Buffer> {
  const { pixelBytes = 16, omit = [], seed = 'synthetic' } = options;
  const encoding = {
    isExplicit: transferSyntax !== TRANSFER_SYNTAX.implicitLittleEndian,
    isLittleEndian: transferSyntax !== TRANSFER_SYNTAX.explicitBigEndian,
  };
  const byTag = new Map(
    [...ownElements(options, pixelBytes), ...(options.elements ?? [])].map((element) => [
      element.tag,
      element,
    ]),
  );
  const wanted = [...byTag.values()].filter(({ tag }) => !omit.includes(tag));
  const before = wanted.filter(({ tag }) => tag < '7FE00010').sort((a, b) => (a.tag < b.tag ? -1 : 1));
  yield encodeDataSet(before, encoding);
  if (omit.includes('7FE00010')) return;
  if (isNative(transferSyntax)) {
    yield pixelDataHeader(encoding, pixelBytes + (pixelBytes % 2));
    yield* pixels(seed, pixelBytes);
  } else {
    // Encapsulated: an empty offset table, one fragment, the delimiter.
    yield pixelDataHeader(encoding, 0xffffffff);
    yield Buffer.concat([item(0xe000, 0), item(0xe000, pixelBytes + (pixelBytes % 2))]);
    yield* pixels(seed, pixelBytes);
    yield item(0xe0dd, 0);
  }
}

function isNative(transferSyntax: string): boolean {
  return (
    transferSyntax !== TRANSFER_SYNTAX.jpegBaseline &&
    Object.values<string>(TRANSFER_SYNTAX).includes(transferSyntax)
  );
}

function ownElements(options: SyntheticDicom, pixelBytes: number): SyntheticElement[] {
  const { study, series, instance } = tripleOf(options);
  const { rows, columns, frames } = shapeOf(pixelBytes);
  return [
    { tag: '00080005', vr: 'CS', value: 'ISO_IR 100' },
    { tag: '00080008', vr: 'CS', value: 'DERIVED\\SECONDARY' },
    { tag: '00080016', vr: 'UI', value: options.sopClass ?? SECONDARY_CAPTURE },
    { tag: '00080018', vr: 'UI', value: instance },
    { tag: '00080020', vr: 'DA', value: options.studyDate ?? '20240229' },
    { tag: '00080030', vr: 'TM', value: '101112' },
    { tag: '00080050', vr: 'SH', value: options.accessionNumber ?? 'A-1' },
    { tag: '00080060', vr: 'CS', value: options.modality ?? 'OT' },
    { tag: '00080090', vr: 'PN', value: 'Referrer^Rita' },
    { tag: '0008103E', vr: 'LO', value: 'synthetic series' },
    { tag: '00100010', vr: 'PN', value: options.patientName ?? 'Synthetic^Sam' },
    { tag: '00100020', vr: 'LO', value: options.patientId ?? 'P-1' },
    { tag: '00100030', vr: 'DA', value: '19700101' },
    { tag: '00100040', vr: 'CS', value: 'O' },
    { tag: '0020000D', vr: 'UI', value: study },
    { tag: '0020000E', vr: 'UI', value: series },
    { tag: '00200010', vr: 'SH', value: 'S-1' },
    { tag: '00200011', vr: 'IS', value: '1' },
    { tag: '00200013', vr: 'IS', value: String(options.instanceNumber ?? 1) },
    { tag: '00280002', vr: 'US', value: [1] },
    { tag: '00280004', vr: 'CS', value: 'MONOCHROME2' },
    ...(frames > 1 ? [{ tag: '00280008', vr: 'IS', value: String(frames) }] : []),
    { tag: '00280010', vr: 'US', value: [rows] },
    { tag: '00280011', vr: 'US', value: [columns] },
    { tag: '00280100', vr: 'US', value: [8] },
    { tag: '00280101', vr: 'US', value: [8] },
    { tag: '00280102', vr: 'US', value: [7] },
    { tag: '00280103', vr: 'US', value: [0] },
  ];
}

function shapeOf(pixelBytes: number): { rows: number; columns: number; frames: number } {
  if (pixelBytes < BLOCK_BYTES) return { rows: 1, columns: pixelBytes, frames: 1 };
  if (pixelBytes % BLOCK_BYTES === 0) return { rows: 256, columns: 256, frames: pixelBytes / BLOCK_BYTES };
  throw new Error(`pixelBytes must be below ${BLOCK_BYTES} or a multiple of it, not ${pixelBytes}.`);
}

/** The tag, OB or OW, and the length, which in the explicit encodings has 32 bits. */
function pixelDataHeader(encoding: { isExplicit: boolean; isLittleEndian: boolean }, length: number): Buffer {
  const empty = encodeDataSet([{ tag: '7FE00010', vr: 'OB', value: Buffer.alloc(0) }], encoding);
  if (encoding.isLittleEndian) empty.writeUInt32LE(length, empty.length - 4);
  else empty.writeUInt32BE(length, empty.length - 4);
  return empty;
}

function item(element: number, length: number): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16LE(0xfffe, 0);
  header.writeUInt16LE(element, 2);
  header.writeUInt32LE(length, 4);
  return header;
}

/** No two blocks are alike, so that one that is lost, doubled or moved shows. */
function* pixels(seed: string, pixelBytes: number): Generator<Buffer> {
  for (let at = 0; at < pixelBytes; at += BLOCK_BYTES) {
    const pattern = createHash('sha256').update(`${seed}\n${at}`).digest();
    yield Buffer.alloc(Math.min(BLOCK_BYTES, pixelBytes - at), pattern);
  }
  if (pixelBytes % 2 === 1) yield Buffer.alloc(1);
}
