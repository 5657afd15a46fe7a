import { describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import {
  RECOGNITION_BYTES,
  guessEncoding,
  recogniseContent,
} from '../../../../src/domain/dicom/recognise.ts';
import {
  BIG_ENDIAN,
  EXPLICIT,
  IMPLICIT,
  element,
  identityElements,
  part10,
} from '../../../support/element-bytes.ts';

const tar = (): Buffer => {
  const block = Buffer.alloc(RECOGNITION_BYTES);
  block.write('a.dcm', 0);
  block.write('ustar', 257);
  return block;
};

describe('recogniseContent', () => {
  it.each([
    ['zip', Buffer.from('PK\x03\x04rest', 'latin1')],
    ['an empty zip', Buffer.from('PK\x05\x06', 'latin1')],
    ['gzip', gzipSync('content')],
    ['bzip2', Buffer.from('BZh91AY')],
    ['xz', Buffer.from('fd377a585a0000', 'hex')],
    ['7z', Buffer.from('377abcaf271c0004', 'hex')],
    ['zstandard', Buffer.from('28b52ffd00', 'hex')],
    ['rar', Buffer.from('Rar!\x1a\x07\x00', 'latin1')],
    ['tar', tar()],
  ])('takes %s for an archive', (_name, bytes) => {
    expect(recogniseContent(bytes)).toBe('archive');
  });

  it('takes a file with DICM after its preamble for DICOM, whatever its preamble is', () => {
    const file = part10([], Buffer.concat(identityElements()));
    file.write('PK\x03\x04', 0, 'latin1');
    expect(recogniseContent(file)).toBe('part-10');
  });

  it.each([
    ['explicit', EXPLICIT],
    ['implicit', IMPLICIT],
    ['big endian', BIG_ENDIAN],
  ])('takes a data set in %s without a preamble for a bare one', (_name, writing) => {
    expect(recogniseContent(Buffer.concat(identityElements(writing)))).toBe('bare-data-set');
  });

  it('takes a file whose preamble alone was cut off for a bare data set', () => {
    expect(recogniseContent(Buffer.from('DICM'))).toBe('bare-data-set');
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('Patient report')],
    ['a picture', Buffer.from('ffd8ffe000104a464946', 'hex')],
    ['zeros', Buffer.alloc(RECOGNITION_BYTES)],
    ['the beginning of a signature', Buffer.from('PK\x03')],
  ])('takes %s for something else', (_name, bytes) => {
    expect(recogniseContent(bytes)).toBe('other');
  });
});

describe('guessEncoding', () => {
  it('does not guess on fewer bytes than an element has', () => {
    expect(guessEncoding(Buffer.from('0800050043530000', 'hex').subarray(0, 7), 0)).toBeUndefined();
  });

  it('does not take a first value of absurd length for implicit', () => {
    expect(guessEncoding(Buffer.from('08000500ffffff00', 'hex'), 0)).toBeUndefined();
  });

  it('does not guess by an element number that no first group has', () => {
    expect(guessEncoding(element(0x00083001, 'XX', '', IMPLICIT), 0)).toBeUndefined();
  });

  it('does not guess by a data set that begins elsewhere', () => {
    expect(guessEncoding(element(0x00100010, 'PN', 'X', EXPLICIT), 0)).toBeUndefined();
  });

  it('does not take group 0008 in big endian without a VR for a data set', () => {
    expect(guessEncoding(Buffer.from('0008000500000004', 'hex'), 0)).toBeUndefined();
  });
});
