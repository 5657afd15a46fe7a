import { describe, expect, it } from '@jest/globals';
import { textCodec } from '../../src/healthcare/dicom/charset.ts';

/** Escape sequences are written as `<` and what follows the escape byte, e.g. `<$B`. */
function bytes(text: string, ...hex: readonly string[]): Buffer {
  let next = 0;
  const parts = text.split('#').map((part) => Buffer.from(part.replaceAll('<', '\x1b'), 'latin1'));
  return Buffer.concat(
    parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from(hex[next++] ?? '', 'hex'), part])),
  );
}

describe('text of a data set', () => {
  it.each([
    ['no character set', [''], Buffer.from('Plain'), 'Plain'],
    ['Latin-1', ['ISO_IR 100'], Buffer.from('Äneas', 'latin1'), 'Äneas'],
    ['Latin-2', ['ISO_IR 101'], Buffer.from('a3f364bc', 'hex'), 'Łódź'],
    ['Cyrillic', ['ISO_IR 144'], Buffer.from('bbeedacec1', 'hex'), 'ЛюкЮС'],
    ['Greek', ['ISO_IR 126'], Buffer.from('c4e9efedf5f3e9eff2', 'hex'), 'Διονυσιος'],
    ['Hebrew', ['ISO_IR 138'], Buffer.from('f9f8e5ef', 'hex'), 'שרון'],
    ['Arabic', ['ISO_IR 127'], Buffer.from('e2c8c7e6ea', 'hex'), 'قباني'],
    ['Turkish', ['ISO_IR 148'], Buffer.from('c7fd', 'hex'), 'Çı'],
    ['Thai', ['ISO_IR 166'], Buffer.from('a1a2', 'hex'), 'กข'],
    ['Katakana', ['ISO_IR 13'], Buffer.from('d4cfc0de', 'hex'), 'ﾔﾏﾀﾞ'],
    ['UTF-8', ['ISO_IR 192'], Buffer.from('王^小东'), '王^小东'],
    ['GB18030', ['GB18030'], Buffer.from('cdf5d0a1b6ab', 'hex'), '王小东'],
    ['a backslash within a GBK character', ['GBK'], Buffer.from('815c', 'hex'), '乗'],
    ['an unknown term, as Latin-1', ['ISO_IR 999'], Buffer.from('ä', 'latin1'), 'ä'],
    ['Kanji', ['', 'ISO 2022 IR 87'], bytes('A=<$B;3ED<(B'), 'A=山田'],
    ['supplementary Kanji', ['', 'ISO 2022 IR 159'], bytes('<$(D0!<(B'), '丂'],
    ['Katakana and Kanji', ['ISO 2022 IR 13', 'ISO 2022 IR 87'], bytes('#=<$B;3ED<(J', 'd4cf'), 'ﾔﾏ=山田'],
    ['Hangul', ['', 'ISO 2022 IR 149'], bytes('Hong=<$)C#', 'fbf3'), 'Hong=洪'],
    ['simplified Chinese', ['', 'ISO 2022 IR 58'], bytes('Wang=<$)A#', 'cdf5'), 'Wang=王'],
    ['Greek by extension', ['ISO 2022 IR 100', 'ISO 2022 IR 126'], bytes('#<-F#', 'e4', 'e4'), 'äδ'],
  ])('is decoded: %s', (_, terms, encoded, wanted) => {
    expect(textCodec(terms).decode(encoded, true)).toBe(wanted);
  });

  it('returns to the first character set at the end of a name component, and of a value', () => {
    const codec = textCodec(['ISO 2022 IR 100', 'ISO 2022 IR 126']);
    expect(codec.decode(bytes('<-F#^#', 'e4', 'e4'), true)).toBe('δ^ä');
    expect(codec.decode(bytes('<-F#\\#', 'e4', 'e4'))).toBe('δ\\ä');
    expect(codec.decode(bytes('<-F#^#', 'e4', 'e4'))).toBe('δ^δ');
  });

  it('does not take half of a Kanji for a delimiter', () => {
    // 0x5C, the backslash, is the second byte of this character.
    expect(textCodec(['', 'ISO 2022 IR 87']).decode(bytes('<$B0\\<(B\\x'))).toBe('移\\x');
  });
});
