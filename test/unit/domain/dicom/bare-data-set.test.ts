import { describe, expect, it } from '@jest/globals';
import { BareDataSetWalk, type BareDataSet } from '../../../../src/domain/dicom/bare-data-set.ts';
import { DamagedDataSet } from '../../../../src/domain/dicom/element.ts';
import { cutEvery } from '../../../support/blocks.ts';
import {
  BIG_ENDIAN,
  EXPLICIT,
  IMPLICIT,
  UNDEFINED_LENGTH,
  element,
  elementStart,
  identityElements,
  openSequence,
} from '../../../support/element-bytes.ts';

const STUDY = 0x0020000d;
const PIXELS = element(0x7fe00010, 'OB', Buffer.alloc(5000, 7));
const COMPLETE = Buffer.concat([...identityElements(), PIXELS]);

function walk(blocks: readonly Buffer[], maxBytes = 1024): BareDataSet {
  const walker = new BareDataSetWalk(new Set([STUDY]), maxBytes);
  for (const block of blocks) walker.push(block);
  return walker.end();
}

const BEFORE_STUDY = identityElements().slice(0, 2);

describe('the walk through a bare data set', () => {
  it.each([1, 7, 100, 100_000])('finds what is wanted in blocks of %i bytes', (size) => {
    const { values } = walk(cutEvery(COMPLETE, size));
    expect([...values]).toEqual([[STUDY, Buffer.from('1.2.1\0')]]);
  });

  it.each([
    ['explicit', EXPLICIT],
    ['implicit', IMPLICIT],
  ])('says that it is %s', (_name, writing) => {
    const { encoding } = walk([Buffer.concat(identityElements(writing))]);
    expect(encoding).toEqual({ isExplicitVr: writing.isExplicit, isBigEndian: false });
  });

  it('does not hold a large value', () => {
    const large = element(0x7fe00010, 'OB', Buffer.alloc(1_000_000));
    expect(walk(cutEvery(Buffer.concat([...identityElements(), large]), 4096)).values.size).toBe(1);
  });

  it.each([
    ['nothing', []],
    ['fewer bytes than an element has', [Buffer.from('0800', 'hex')]],
    ['an element that is cut off', [COMPLETE.subarray(0, -1)]],
    ['a value that is wanted and cut off', [Buffer.concat([...BEFORE_STUDY, elementStart(STUDY, 'UI', 6)])]],
    ['big endian', [Buffer.concat(identityElements(BIG_ENDIAN))]],
    ['elements that go back', [Buffer.concat([...identityElements(), ...identityElements()])]],
    ['an element twice', [Buffer.concat([...BEFORE_STUDY, ...BEFORE_STUDY.slice(1)])]],
    ['a UID of absurd length', [Buffer.concat([...BEFORE_STUDY, element(STUDY, 'UI', '1'.repeat(2000))])]],
    [
      'a UID of undefined length',
      [Buffer.concat([...BEFORE_STUDY, elementStart(STUDY, 'UN', UNDEFINED_LENGTH)])],
    ],
    [
      'a sequence that does not end within the limit',
      cutEvery(
        Buffer.concat([
          ...BEFORE_STUDY,
          openSequence(0x00081140, [element(0x00091001, 'OB', Buffer.alloc(9000))]),
        ]),
        512,
      ),
    ],
  ])('takes %s for damage', (_name, blocks) => {
    expect(() => walk(blocks)).toThrow(DamagedDataSet);
  });
});
