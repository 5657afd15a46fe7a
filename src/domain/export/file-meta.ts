/** Where the File Meta Information begins: behind the preamble and `DICM` (PS3.10 section 7.1). */
const META_START = 132;

/** VRs whose length takes four bytes, behind two that are reserved (PS3.5 section 7.1.2). */
const LONG_VRS: ReadonlySet<string> = new Set(['OB', 'OW', 'UN', 'SQ', 'UT', 'UC', 'UR', 'OF', 'OD', 'OL']);

const GROUP = 0x0002;
const TRANSFER_SYNTAX_UID = 0x0010;

/** Enough to tell whether a file is one, and in practice to find its transfer syntax. */
export const META_BYTES = 1024;

/** Whether bytes are the beginning of a DICOM file. */
export function isPart10(beginning: Buffer): boolean {
  return beginning.toString('latin1', META_START - 4, META_START) === 'DICM';
}

/** The transfer syntax that a file says it has; null where its beginning does not tell. */
export function readTransferSyntax(beginning: Buffer): string | null {
  let at = META_START;
  while (at + 8 <= beginning.length && beginning.readUInt16LE(at) === GROUP) {
    const element = beginning.readUInt16LE(at + 2);
    const isLong = LONG_VRS.has(beginning.toString('latin1', at + 4, at + 6));
    if (isLong && at + 12 > beginning.length) return null;
    const length = isLong ? beginning.readUInt32LE(at + 8) : beginning.readUInt16LE(at + 6);
    const start = at + (isLong ? 12 : 8);
    if (element === TRANSFER_SYNTAX_UID) {
      if (start + length > beginning.length) return null;
      return beginning.toString('latin1', start, start + length).replace(/[\0 ]+$/, '');
    }
    at = start + length;
  }
  return null;
}
