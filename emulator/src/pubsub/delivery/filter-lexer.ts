import { StatusError } from '../status-error.ts';

/** A piece of a filter: a word (`attributes`, `AND`, a key), the value of a string literal, or a sign. */
export interface Token {
  readonly kind: 'word' | 'string' | 'sign' | 'end';
  readonly text: string;
  /** Offset in the filter, for the error message. */
  readonly at: number;
}

const SPACE = /\s+/y;
const WORD = /[A-Za-z0-9_](?:[A-Za-z0-9_-]*)/y;
const SIGN = /!=|[:=.(),-]/y;
const STRING = /"((?:[^"\\\n]|\\.)*)"/y;

/** @throws StatusError INVALID_ARGUMENT at the first character that belongs to no token. */
export function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(filter);
  };
  while (at < filter.length) {
    const space = match(SPACE);
    if (space !== null) {
      at += space[0].length;
      continue;
    }
    const string = match(STRING);
    const found = string ?? match(WORD) ?? match(SIGN);
    if (found === null) throw filterError(filter, at, 'unexpected character');
    if (string !== null) tokens.push({ kind: 'string', text: unescape(string[1] ?? '', filter, at), at });
    else tokens.push({ kind: /^\w/.test(found[0]) ? 'word' : 'sign', text: found[0], at });
    at += found[0].length;
  }
  tokens.push({ kind: 'end', text: 'the end', at });
  return tokens;
}

export function filterError(filter: string, at: number, problem: string): StatusError {
  return new StatusError('INVALID_ARGUMENT', `Invalid filter: ${problem} at offset ${at} of '${filter}'.`);
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Backslash escapes, with Unicode (`\u307F`), hexadecimal (`\x41`) and octal (`\101`) ones. */
function unescape(text: string, filter: string, at: number): string {
  return text.replace(
    /\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})|([0-7]{3})|(.))/gsu,
    (_, ...groups: (string | undefined)[]) => {
      const [unicode, longUnicode, hex, octal, simple] = groups;
      const hexadecimal = unicode ?? longUnicode ?? hex;
      const code = hexadecimal === undefined ? parseInt(octal ?? 'none', 8) : parseInt(hexadecimal, 16);
      if (code > 0x10ffff) throw filterError(filter, at, 'escape beyond Unicode');
      if (!Number.isNaN(code)) return String.fromCodePoint(code);
      if (/[A-Za-z0-9]/.test(simple ?? '') && SIMPLE_ESCAPES[simple ?? ''] === undefined) {
        throw filterError(filter, at, `unknown escape \\${simple ?? ''}`);
      }
      return SIMPLE_ESCAPES[simple ?? ''] ?? simple ?? '';
    },
  );
}
