/** How elements are written: as PS3.5 section 7.1 says, or nearly so. */
export interface Writing {
  readonly isExplicit: boolean;
  readonly isBigEndian: boolean;
}

export const EXPLICIT: Writing = { isExplicit: true, isBigEndian: false };
export const IMPLICIT: Writing = { isExplicit: false, isBigEndian: false };
export const BIG_ENDIAN: Writing = { isExplicit: true, isBigEndian: true };

export const UNDEFINED_LENGTH = 0xffffffff;

const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;
const LONG_FORM = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);

/** Tag, VR and a length that need not be the truth. */
export function elementStart(tag: number, vr: string, length: number, writing: Writing = EXPLICIT): Buffer {
  const { isExplicit, isBigEndian } = writing;
  const isDelimiter = tag >>> 16 === 0xfffe;
  const isLong = isExplicit && !isDelimiter && LONG_FORM.has(vr);
  const bytes = Buffer.alloc(isLong ? 12 : 8);
  write(bytes, 0, tag >>> 16, 2, isBigEndian);
  write(bytes, 2, tag & 0xffff, 2, isBigEndian);
  if (isExplicit && !isDelimiter) bytes.write(vr, 4, 'latin1');
  if (isLong) write(bytes, 8, length, 4, isBigEndian);
  else if (isExplicit && !isDelimiter) write(bytes, 6, length, 2, isBigEndian);
  else write(bytes, 4, length, 4, isBigEndian);
  return bytes;
}

/** A whole element; text is padded to an even length with NUL. */
export function element(
  tag: number,
  vr: string,
  value: Buffer | string,
  writing: Writing = EXPLICIT,
): Buffer {
  const text = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  const content = text.length % 2 === 0 ? text : Buffer.concat([text, Buffer.alloc(1)]);
  return Buffer.concat([elementStart(tag, vr, content.length, writing), content]);
}

/** A sequence of undefined length, its items of undefined length too. */
export function openSequence(
  tag: number,
  items: readonly Buffer[],
  writing: Writing = EXPLICIT,
  vr = 'SQ',
): Buffer {
  // The inside of a sequence of unknown VR is implicit little endian (PS3.5 section 6.2.2).
  const inside = vr === 'UN' ? IMPLICIT : writing;
  return Buffer.concat([
    elementStart(tag, vr, UNDEFINED_LENGTH, writing),
    ...items.flatMap((content) => [
      elementStart(ITEM, '', UNDEFINED_LENGTH, inside),
      content,
      elementStart(ITEM_END, '', 0, inside),
    ]),
    elementStart(SEQUENCE_END, '', 0, inside),
  ]);
}

/** A sequence of items that say how long they are, itself of undefined length. */
export function countedItems(
  tag: number,
  vr: string,
  items: readonly Buffer[],
  writing: Writing = EXPLICIT,
): Buffer {
  return Buffer.concat([
    elementStart(tag, vr, UNDEFINED_LENGTH, writing),
    ...items.flatMap((content) => [elementStart(ITEM, '', content.length, writing), content]),
    elementStart(SEQUENCE_END, '', 0, writing),
  ]);
}

/** Only the beginnings of so many sequences, each in an item of the one before. */
export function nestedStarts(tag: number, depth: number): Buffer {
  const level = Buffer.concat([
    elementStart(tag, 'SQ', UNDEFINED_LENGTH),
    elementStart(ITEM, '', UNDEFINED_LENGTH),
  ]);
  return Buffer.concat(Array.from({ length: depth }, () => level));
}

/** The ends of as many. */
export function nestedEnds(depth: number): Buffer {
  const level = Buffer.concat([elementStart(ITEM_END, '', 0), elementStart(SEQUENCE_END, '', 0)]);
  return Buffer.concat(Array.from({ length: depth }, () => level));
}

/** Preamble, `DICM`, the elements of the file meta information, and the data set as it is. */
export function part10(fileMeta: readonly Buffer[], dataSet: Buffer): Buffer {
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), ...fileMeta, dataSet]);
}

export function transferSyntax(uid: string): Buffer {
  return element(0x00020010, 'UI', uid);
}

/** The elements that identify an instance, in their order. */
export function identityElements(writing: Writing = EXPLICIT): Buffer[] {
  return [
    element(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.7', writing),
    element(0x00080018, 'UI', '1.2.3', writing),
    element(0x0020000d, 'UI', '1.2.1', writing),
    element(0x0020000e, 'UI', '1.2.2', writing),
  ];
}

function write(bytes: Buffer, at: number, value: number, width: 2 | 4, isBigEndian: boolean): void {
  if (isBigEndian) bytes.writeUIntBE(value, at, width);
  else bytes.writeUIntLE(value, at, width);
}
