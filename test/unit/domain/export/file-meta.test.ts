import { describe, expect, it } from '@jest/globals';
import { isPart10, META_BYTES, readTransferSyntax } from '../../../../src/domain/export/file-meta.ts';
import { makeDicom, TRANSFER_SYNTAX } from '../../../support/synthetic-dicom.ts';

const element = (tag: number, vr: string, value: Buffer): Buffer => {
  const isLong = vr === 'OB';
  const head = Buffer.alloc(isLong ? 12 : 8);
  head.writeUInt16LE(0x0002, 0);
  head.writeUInt16LE(tag, 2);
  head.write(vr, 4, 'latin1');
  if (isLong) head.writeUInt32LE(value.length, 8);
  else head.writeUInt16LE(value.length, 6);
  return Buffer.concat([head, value]);
};
const START = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]);

describe('the beginning of a file', () => {
  it.each(Object.values(TRANSFER_SYNTAX))('tells that it has transfer syntax %s', (transferSyntax) => {
    const beginning = makeDicom({ transferSyntax }).subarray(0, META_BYTES);
    expect(isPart10(beginning)).toBe(true);
    expect(readTransferSyntax(beginning)).toBe(transferSyntax);
  });

  it('is not taken for a file where it is none', () => {
    expect(isPart10(Buffer.alloc(200))).toBe(false);
    expect(isPart10(Buffer.alloc(0))).toBe(false);
  });

  it.each([
    ['ends before the element', START],
    ['has other elements only', Buffer.concat([START, element(0x0012, 'UI', Buffer.from('1.2.'))])],
    [
      'ends inside its value',
      Buffer.concat([START, element(0x0010, 'UI', Buffer.from('1.2.3\0'))]).subarray(0, -2),
    ],
    [
      'ends inside a long header',
      Buffer.concat([START, element(0x0001, 'OB', Buffer.alloc(0))]).subarray(0, -3),
    ],
    ['goes on with the data set', Buffer.concat([START, Buffer.alloc(16, 8)])],
  ])('does not tell where it %s', (_name, beginning) => {
    expect(readTransferSyntax(beginning)).toBeNull();
  });
});
