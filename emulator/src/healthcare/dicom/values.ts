import type { TextCodec } from './charset.ts';

/** The bytes of one value of the numeric representations. */
export const WIDTHS: Readonly<Record<string, number>> = {
  AT: 4,
  FD: 8,
  FL: 4,
  SL: 4,
  SS: 2,
  SV: 8,
  UL: 4,
  US: 2,
  UV: 8,
};

/** Representations to which Specific Character Set applies. */
const LOCALISED = new Set(['SH', 'LO', 'ST', 'LT', 'UC', 'UT', 'PN']);
/** Texts in which a backslash is a character like any other. */
const SINGLE_VALUED = new Set(['ST', 'LT', 'UT', 'UR']);
const NAME_GROUPS = ['Alphabetic', 'Ideographic', 'Phonetic'];

/** The values of a text element in DICOM JSON's form; an empty one among several is null. */
export function stringValues(vr: string, bytes: Buffer, codec: TextCodec): unknown[] {
  const text = LOCALISED.has(vr) ? codec.decode(bytes, vr === 'PN') : bytes.toString('latin1');
  const padded = SINGLE_VALUED.has(vr) ? [text] : text.split('\\');
  const values = padded.map((value) => {
    const trimmed = SINGLE_VALUED.has(vr) ? value.replace(/[\0 ]+$/, '') : value.replace(/\0/g, '').trim();
    if (trimmed === '') return null;
    if (vr === 'PN') return personName(trimmed);
    return vr === 'DS' || vr === 'IS' ? decimal(trimmed) : trimmed;
  });
  return values.every((value) => value === null) ? [] : values;
}

function personName(text: string): Record<string, string> {
  const groups = text.split('=').map((group, index) => [NAME_GROUPS[index], group.trim()]);
  return Object.fromEntries(groups.filter(([name, group]) => name !== undefined && group !== '')) as Record<
    string,
    string
  >;
}

/** A number where the text is one; the model allows the text where it is not. */
function decimal(text: string): number | string {
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

/** The values of a numeric element. Bytes that do not fill a value are left out. */
export function numericValues(vr: string, bytes: Buffer, isLittleEndian: boolean): unknown[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = WIDTHS[vr] ?? bytes.length;
  const values: unknown[] = [];
  for (let at = 0; at + width <= bytes.length; at += width)
    values.push(numericValue(vr, view, at, isLittleEndian));
  return values;
}

function numericValue(vr: string, view: DataView, at: number, isLittleEndian: boolean): unknown {
  switch (vr) {
    case 'AT':
      return [at, at + 2].map((offset) => hex(view.getUint16(offset, isLittleEndian))).join('');
    case 'FD':
      return float(view.getFloat64(at, isLittleEndian));
    case 'FL':
      return float(view.getFloat32(at, isLittleEndian));
    case 'SL':
      return view.getInt32(at, isLittleEndian);
    case 'SS':
      return view.getInt16(at, isLittleEndian);
    case 'SV':
      return integer(view.getBigInt64(at, isLittleEndian));
    case 'UL':
      return view.getUint32(at, isLittleEndian);
    case 'US':
      return view.getUint16(at, isLittleEndian);
    case 'UV':
      return integer(view.getBigUint64(at, isLittleEndian));
    default:
      throw new Error(`${vr} is not a numeric value representation.`);
  }
}

function hex(word: number): string {
  return word.toString(16).toUpperCase().padStart(4, '0');
}

/** JSON has no word for what is not a finite number. */
function float(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function integer(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** Base64 of a binary value, which the JSON model has in little endian. */
export function binaryValue(vr: string, bytes: Buffer, isLittleEndian: boolean): string {
  const width = vr === 'OW' ? 2 : vr === 'OF' || vr === 'OL' ? 4 : vr === 'OD' || vr === 'OV' ? 8 : 1;
  if (isLittleEndian || width === 1 || bytes.length % width !== 0) return bytes.toString('base64');
  const swapped = Buffer.from(bytes);
  if (width === 2) swapped.swap16();
  else if (width === 4) swapped.swap32();
  else swapped.swap64();
  return swapped.toString('base64');
}
