import type { Encoding } from './element.ts';

/** Names this implementation in file meta information (PS3.10 section 7.1); under the UUID-derived root 2.25. */
const IMPLEMENTATION_CLASS_UID = '2.25.276414902710936450716328474046397528131';
const IMPLEMENTATION_VERSION_NAME = 'DICOM-COURIER_1';

export interface MetaIdentity {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly encoding: Encoding;
}

/** The transfer syntax that a bare little-endian data set is written in. */
export function bareTransferSyntax({ isExplicitVr }: Encoding): string {
  return isExplicitVr ? '1.2.840.10008.1.2.1' : '1.2.840.10008.1.2';
}

/**
 * Preamble, `DICM` and file meta information (PS3.10 section 7.1) for a data set that came without them.
 *
 * Decided by the data set alone, so that the same object always becomes the same file.
 */
export function formatSuppliedMeta({ sopClassUid, sopInstanceUid, encoding }: MetaIdentity): Buffer {
  const meta = Buffer.concat([
    longElement(0x0001, 'OB', Buffer.from([0, 1])),
    shortElement(0x0002, 'UI', padded(sopClassUid, '\0')),
    shortElement(0x0003, 'UI', padded(sopInstanceUid, '\0')),
    shortElement(0x0010, 'UI', padded(bareTransferSyntax(encoding), '\0')),
    shortElement(0x0012, 'UI', padded(IMPLEMENTATION_CLASS_UID, '\0')),
    shortElement(0x0013, 'SH', padded(IMPLEMENTATION_VERSION_NAME, ' ')),
  ]);
  const groupLength = Buffer.alloc(4);
  groupLength.writeUInt32LE(meta.length);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    shortElement(0x0000, 'UL', groupLength),
    meta,
  ]);
}

function shortElement(element: number, vr: string, value: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16LE(0x0002, 0);
  header.writeUInt16LE(element, 2);
  header.write(vr, 4, 'latin1');
  header.writeUInt16LE(value.length, 6);
  return Buffer.concat([header, value]);
}

function longElement(element: number, vr: string, value: Buffer): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16LE(0x0002, 0);
  header.writeUInt16LE(element, 2);
  header.write(vr, 4, 'latin1');
  header.writeUInt32LE(value.length, 8);
  return Buffer.concat([header, value]);
}

function padded(text: string, padding: string): Buffer {
  return Buffer.from(text.length % 2 === 0 ? text : text + padding, 'latin1');
}
