/** An element of a data set to be encoded. */
export interface SyntheticElement {
  /** Eight hexadecimal digits, upper case. */
  readonly tag: string;
  readonly vr: string;
  /** Text in Latin-1, bytes as they are, numbers in the width of the representation, or the items of a sequence. */
  readonly value: string | Buffer | readonly number[] | readonly (readonly SyntheticElement[])[];
}

export interface Encoding {
  readonly isExplicit: boolean;
  readonly isLittleEndian: boolean;
}

const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const BINARY = new Set(['OB', 'UI', 'UN']);

/** Encodes elements in the order given. */
export function encodeDataSet(elements: readonly SyntheticElement[], encoding: Encoding): Buffer {
  return Buffer.concat(elements.map((element) => encodeElement(element, encoding)));
}

function encodeElement({ tag, vr, value }: SyntheticElement, encoding: Encoding): Buffer {
  const content = padded(encodeValue(vr, value, encoding), BINARY.has(vr) ? 0 : 0x20);
  const words = [parseInt(tag.slice(0, 4), 16), parseInt(tag.slice(4), 16)];
  if (!encoding.isExplicit)
    return Buffer.concat([numbers(words, 2, encoding), length(content, 4, encoding), content]);
  const header = [numbers(words, 2, encoding), Buffer.from(vr, 'latin1')];
  return LONG.has(vr)
    ? Buffer.concat([...header, Buffer.alloc(2), length(content, 4, encoding), content])
    : Buffer.concat([...header, length(content, 2, encoding), content]);
}

function encodeValue(vr: string, value: SyntheticElement['value'], encoding: Encoding): Buffer {
  if (typeof value === 'string') return Buffer.from(value, 'latin1');
  if (Buffer.isBuffer(value)) return value;
  if (vr === 'SQ') {
    return Buffer.concat(
      (value as readonly (readonly SyntheticElement[])[]).map((item) => encodeItem(item, encoding)),
    );
  }
  const values = value as readonly number[];
  switch (vr) {
    case 'US':
    case 'SS':
    case 'OW':
      return numbers(values, 2, encoding);
    case 'UL':
    case 'SL':
      return numbers(values, 4, encoding);
    case 'AT':
      return numbers(
        values.flatMap((tag) => [tag >>> 16, tag & 0xffff]),
        2,
        encoding,
      );
    case 'FL':
    case 'FD':
      return floats(values, vr === 'FL' ? 4 : 8, encoding);
    case 'SV':
    case 'UV':
    case 'OV':
      return numbers(
        values.flatMap((number) => (encoding.isLittleEndian ? [number, 0] : [0, number])),
        4,
        encoding,
      );
    default:
      throw new Error(`Numbers cannot be encoded as ${vr}.`);
  }
}

function encodeItem(elements: readonly SyntheticElement[], encoding: Encoding): Buffer {
  const content = encodeDataSet(elements, encoding);
  return Buffer.concat([numbers([0xfffe, 0xe000], 2, encoding), length(content, 4, encoding), content]);
}

function length(content: Buffer, width: 2 | 4, encoding: Encoding): Buffer {
  return numbers([content.length], width, encoding);
}

function numbers(values: readonly number[], width: 2 | 4, { isLittleEndian }: Encoding): Buffer {
  const buffer = Buffer.alloc(values.length * width);
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  values.forEach((value, index) => {
    // The setters take negative numbers as their two's complement.
    if (width === 2) view.setUint16(index * width, value, isLittleEndian);
    else view.setUint32(index * width, value, isLittleEndian);
  });
  return buffer;
}

function floats(values: readonly number[], width: 4 | 8, { isLittleEndian }: Encoding): Buffer {
  const buffer = Buffer.alloc(values.length * width);
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  values.forEach((value, index) => {
    if (width === 4) view.setFloat32(index * width, value, isLittleEndian);
    else view.setFloat64(index * width, value, isLittleEndian);
  });
  return buffer;
}

function padded(content: Buffer, padding: number): Buffer {
  return content.length % 2 === 0 ? content : Buffer.concat([content, Buffer.from([padding])]);
}
