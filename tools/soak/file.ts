import { createHash } from 'node:crypto';
import { encodePart10 } from '../../emulator/src/sample/part10.ts';

/** A DICOM file by what decides its bytes. */
export interface DicomFile {
  readonly study: string;
  readonly series: string;
  readonly instance: string;
  /** Tells apart files of the same instance. */
  readonly variant: number;
  readonly sizeBytes: number;
}

/** What an object holds: a DICOM file, the beginning of one, or something else. */
export type Content =
  | { readonly kind: 'dicom'; readonly file: DicomFile }
  | { readonly kind: 'torn'; readonly file: DicomFile; readonly sizeBytes: number }
  | { readonly kind: 'text' | 'zip'; readonly text: string }
  | { readonly kind: 'empty' };

const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';

export function bytesOf(content: Content): Buffer {
  switch (content.kind) {
    case 'dicom':
      return encode(content.file);
    case 'torn':
      return encode(content.file).subarray(0, content.sizeBytes);
    case 'text':
      return Buffer.from(content.text);
    case 'zip':
      return Buffer.concat([Buffer.from('PK\x03\x04\x14\x00\x00\x00', 'latin1'), Buffer.from(content.text)]);
    case 'empty':
      return Buffer.alloc(0);
  }
}

function encode({ study, series, instance, variant, sizeBytes }: DicomFile): Buffer {
  const pattern = createHash('sha256').update(`${instance} ${variant}`).digest();
  return encodePart10([
    [0x00080005, 'CS', 'ISO_IR 100'],
    [0x00080016, 'UI', SECONDARY_CAPTURE],
    [0x00080018, 'UI', instance],
    [0x00080020, 'DA', '20240229'],
    [0x00080060, 'CS', 'OT'],
    [0x00100010, 'PN', 'SOAK^SYNTHETIC'],
    [0x00100020, 'LO', 'SOAK'],
    [0x0020000d, 'UI', study],
    [0x0020000e, 'UI', series],
    [0x7fe00010, 'OW', Buffer.alloc(sizeBytes, pattern)],
  ]);
}

export function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Where a DICOM store keeps an instance. */
export function pathOf({ study, series, instance }: DicomFile): string {
  return `studies/${study}/series/${series}/instances/${instance}`;
}
