import { TextDecoder } from 'node:util';

const ESCAPE = 0x1b;

/** How one character set of PS3.3 C.12.1.1.2 is turned into text. */
interface Repertoire {
  /** A label of the WHATWG Encoding standard. */
  readonly label: string;
  /** A two-byte set in G0, whose bytes lack the high bit that the decoder of its EUC form expects. */
  readonly setsHighBit?: boolean;
  /** JIS X 0212 in EUC-JP follows a single shift byte. */
  readonly shift?: number;
}

const ASCII: Repertoire = { label: 'latin1' };

/** The defined terms of Specific Character Set, with and without code extensions. */
const TERMS: Readonly<Record<string, Repertoire>> = {
  '6': ASCII,
  '100': { label: 'latin1' },
  '101': { label: 'iso-8859-2' },
  '109': { label: 'iso-8859-3' },
  '110': { label: 'iso-8859-4' },
  '144': { label: 'iso-8859-5' },
  '127': { label: 'iso-8859-6' },
  '126': { label: 'iso-8859-7' },
  '138': { label: 'iso-8859-8' },
  '148': { label: 'iso-8859-9' },
  '203': { label: 'iso-8859-15' },
  '166': { label: 'windows-874' },
  '13': { label: 'shift_jis' },
  '192': { label: 'utf-8' },
  '149': { label: 'euc-kr' },
  '58': { label: 'gbk' },
  '87': ASCII,
  '159': ASCII,
  GB18030: { label: 'gb18030' },
  GBK: { label: 'gbk' },
};

/** What follows an escape byte, and the set it calls. */
const ESCAPES: Readonly<Record<string, Repertoire>> = {
  '(B': ASCII,
  '(J': { label: 'shift_jis' },
  ')I': { label: 'shift_jis' },
  '-A': { label: 'latin1' },
  '-B': { label: 'iso-8859-2' },
  '-C': { label: 'iso-8859-3' },
  '-D': { label: 'iso-8859-4' },
  '-L': { label: 'iso-8859-5' },
  '-G': { label: 'iso-8859-6' },
  '-F': { label: 'iso-8859-7' },
  '-H': { label: 'iso-8859-8' },
  '-M': { label: 'iso-8859-9' },
  '-b': { label: 'iso-8859-15' },
  '-T': { label: 'windows-874' },
  $B: { label: 'euc-jp', setsHighBit: true },
  '$(D': { label: 'euc-jp', setsHighBit: true, shift: 0x8f },
  '$)C': { label: 'euc-kr' },
  '$)A': { label: 'gbk' },
};

/** Turns the bytes of text elements into strings. */
export interface TextCodec {
  /** @param isPersonName whether `^` and `=` end a code extension, as they do in names. */
  decode(bytes: Buffer, isPersonName?: boolean): string;
}

/**
 * The codec of a data set.
 *
 * @param terms the values of Specific Character Set (0008,0005). An unknown term is read as ISO_IR 100, so that
 *   a header with a spelling mistake can still be looked at.
 */
export function textCodec(terms: readonly string[]): TextCodec {
  const [first = ''] = terms;
  const initial = TERMS[first.replace(/^ISO[_ ](IR|2022 IR)[ _]?/, '').trim()] ?? ASCII;
  return {
    decode(bytes, isPersonName = false) {
      if (!bytes.includes(ESCAPE)) return decodeWith(initial, bytes);
      return decodeExtended(initial, bytes, isPersonName);
    },
  };
}

/** Text with ISO 2022 escape sequences, which hold until the next one or the end of a value or name component. */
function decodeExtended(initial: Repertoire, bytes: Buffer, isPersonName: boolean): string {
  let text = '';
  let current = initial;
  let start = 0;
  let at = 0;
  const flush = (end: number) => {
    text += decodeWith(current, bytes.subarray(start, end));
    start = end;
  };
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    const escape = byte === ESCAPE ? escapeAt(bytes, at + 1) : undefined;
    if (escape !== undefined) {
      flush(at);
      current = escape.repertoire;
      at += 1 + escape.length;
      start = at;
    } else if (current.setsHighBit === true && !isControl(byte)) {
      // The two bytes of a character may look like any delimiter.
      at += 2;
    } else {
      if (isDelimiter(byte, isPersonName)) {
        flush(at);
        current = initial;
      }
      at += 1;
    }
  }
  flush(bytes.length);
  return text;
}

function escapeAt(bytes: Buffer, at: number): { repertoire: Repertoire; length: number } | undefined {
  for (const length of [2, 3]) {
    const repertoire = ESCAPES[bytes.toString('latin1', at, at + length)];
    if (repertoire !== undefined) return { repertoire, length };
  }
  return undefined;
}

function isControl(byte: number): boolean {
  return byte < 0x21;
}

function isDelimiter(byte: number, isPersonName: boolean): boolean {
  const character = String.fromCharCode(byte);
  return '\\\r\n\f\t'.includes(character) || (isPersonName && '^='.includes(character));
}

function decodeWith(repertoire: Repertoire, bytes: Buffer): string {
  if (repertoire.setsHighBit !== true) return decoder(repertoire.label).decode(bytes);
  const widened: number[] = [];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (isControl(byte)) {
      widened.push(byte);
      continue;
    }
    if (repertoire.shift !== undefined) widened.push(repertoire.shift);
    widened.push(byte | 0x80);
    at += 1;
    if (at < bytes.length) widened.push((bytes[at] ?? 0) | 0x80);
  }
  return decoder(repertoire.label).decode(Uint8Array.from(widened));
}

const decoders = new Map<string, TextDecoder>();

function decoder(label: string): TextDecoder {
  const known = decoders.get(label);
  if (known !== undefined) return known;
  const made = new TextDecoder(label, { ignoreBOM: true });
  decoders.set(label, made);
  return made;
}
