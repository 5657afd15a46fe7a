import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { encodePart10, type Element } from '../../emulator/src/sample/part10.ts';
import { encodeOdd, type Oddity } from './odd-file.ts';

/** A DICOM file by what decides its bytes. */
export interface DicomFile {
  readonly study: string;
  readonly series: string;
  readonly instance: string;
  /** Tells apart files of the same instance. */
  readonly variant: number;
  readonly sizeBytes: number;
  /** @default OT */
  readonly modality?: string;
  /** @default the same for everybody */
  readonly patientId?: string;
}

/** What an object holds: a DICOM file, the beginning of one, one that is not in order, any of it compressed, or something else. */
export type Content =
  | { readonly kind: 'dicom'; readonly file: DicomFile }
  | { readonly kind: 'torn'; readonly file: DicomFile; readonly sizeBytes: number }
  | { readonly kind: 'odd'; readonly file: DicomFile; readonly oddity: Oddity }
  /** @param lostBytes how much of its end is missing. */
  | { readonly kind: 'gzip'; readonly content: Content; readonly lostBytes: number }
  | { readonly kind: 'text' | 'zip'; readonly text: string }
  | { readonly kind: 'empty' };

const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';

/** The bytes as they are stored. */
export function bytesOf(content: Content): Buffer {
  switch (content.kind) {
    case 'dicom':
      return encode(content.file);
    case 'torn':
      return encode(content.file).subarray(0, content.sizeBytes);
    case 'odd':
      return encodeOdd(elementsOf(content.file), content.oddity);
    case 'gzip': {
      const compressed = gzipSync(bytesOf(content.content));
      return compressed.subarray(0, compressed.length - content.lostBytes);
    }
    case 'text':
      return Buffer.from(content.text);
    case 'zip':
      return Buffer.concat([Buffer.from('PK\x03\x04\x14\x00\x00\x00', 'latin1'), Buffer.from(content.text)]);
    case 'empty':
      return Buffer.alloc(0);
  }
}

/** The DICOM file that an object is, compressed or not; undefined where it is none, or not a whole one. */
export function fileOf(content: Content): DicomFile | undefined {
  if (content.kind === 'gzip') return content.lostBytes === 0 ? fileOf(content.content) : undefined;
  return content.kind === 'dicom' ? content.file : undefined;
}

function encode(file: DicomFile): Buffer {
  return encodePart10(elementsOf(file));
}

function elementsOf(file: DicomFile): Element[] {
  const { study, series, instance, variant, sizeBytes, modality = 'OT', patientId = 'SOAK' } = file;
  const pattern = createHash('sha256').update(`${instance} ${variant}`).digest();
  return [
    [0x00080005, 'CS', 'ISO_IR 100'],
    [0x00080016, 'UI', SECONDARY_CAPTURE],
    [0x00080018, 'UI', instance],
    [0x00080020, 'DA', '20240229'],
    [0x00080060, 'CS', modality],
    [0x00100010, 'PN', 'SOAK^SYNTHETIC'],
    [0x00100020, 'LO', patientId],
    [0x0020000d, 'UI', study],
    [0x0020000e, 'UI', series],
    [0x7fe00010, 'OW', Buffer.alloc(sizeBytes, pattern)],
  ];
}

export function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export const hashOfFile = (file: DicomFile): string => hashOf(bytesOf({ kind: 'dicom', file }));

/** Where a DICOM store keeps an instance. */
export function pathOf({ study, series, instance }: DicomFile): string {
  return `studies/${study}/series/${series}/instances/${instance}`;
}
