import { describe, expect, it } from '@jest/globals';
import { readHeader, type HeaderReading } from '../../../../src/domain/dicom/header.ts';
import {
  BIG_ENDIAN,
  EXPLICIT,
  IMPLICIT,
  UNDEFINED_LENGTH,
  countedItems,
  element,
  elementStart,
  identityElements,
  nestedEnds,
  nestedStarts,
  openSequence,
  part10,
  transferSyntax,
  type Writing,
} from '../../../support/element-bytes.ts';
import { makeUids } from '../../../support/factories.ts';

const SEQUENCE = 0x00081140;
const FOREIGN_STUDY = '9.9.9';

const SYNTAX_OF = new Map<Writing, string>([
  [EXPLICIT, '1.2.840.10008.1.2.1'],
  [IMPLICIT, '1.2.840.10008.1.2'],
  [BIG_ENDIAN, '1.2.840.10008.1.2.2'],
]);

/** A file with something between its SOP instance UID and its study instance UID. */
function fileWith(between: Buffer, writing: Writing = EXPLICIT): Buffer {
  const [sopClass, sopInstance, study, series] = identityElements(writing) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  const dataSet = Buffer.concat([sopClass, sopInstance, between, study, series]);
  return part10([transferSyntax(SYNTAX_OF.get(writing) ?? '')], dataSet);
}

const read = (bytes: Buffer): HeaderReading => readHeader(bytes, true, { maxHeaderBytes: 65_536 });
const FOUND = { kind: 'instance', header: { uids: makeUids() } };
const DAMAGED = { kind: 'rejected', rejection: { reason: 'damaged' } };

describe('readHeader and sequences', () => {
  it.each([
    ['explicit', EXPLICIT],
    ['implicit', IMPLICIT],
    ['big endian', BIG_ENDIAN],
  ])(
    'does not take a study UID inside a sequence of undefined length in %s for its own',
    (_name, writing) => {
      const foreign = element(0x0020000d, 'UI', FOREIGN_STUDY, writing);
      expect(read(fileWith(openSequence(SEQUENCE, [foreign, foreign], writing), writing))).toMatchObject(
        FOUND,
      );
    },
  );

  it('jumps over a sequence that says how long it is', () => {
    const inside = element(0x0020000d, 'UI', FOREIGN_STUDY);
    expect(read(fileWith(element(SEQUENCE, 'SQ', inside)))).toMatchObject(FOUND);
  });

  it('jumps over items that say how long they are', () => {
    const garbage = Buffer.from('fffefffefffefffe', 'hex');
    expect(read(fileWith(countedItems(SEQUENCE, 'SQ', [garbage, Buffer.alloc(0)])))).toMatchObject(FOUND);
  });

  it('passes over encapsulated pixel data of an icon', () => {
    const icon = countedItems(0x7fe00010, 'OB', [Buffer.alloc(0), Buffer.from('jpeg')]);
    expect(read(fileWith(openSequence(0x00880200, [icon])))).toMatchObject(FOUND);
  });

  it.each([
    ['explicit', EXPLICIT],
    ['big endian', BIG_ENDIAN],
  ])('reads the inside of an unknown sequence in %s as implicit little endian', (_name, writing) => {
    const inside = element(0x0020000d, 'UI', FOREIGN_STUDY, IMPLICIT);
    expect(read(fileWith(openSequence(0x00091001, [inside], writing, 'UN'), writing))).toMatchObject(FOUND);
  });

  it('reads an unknown sequence within a known one as implicit little endian', () => {
    const inner = openSequence(0x00091001, [element(0x00091002, 'LO', 'x', IMPLICIT)], EXPLICIT, 'UN');
    expect(read(fileWith(openSequence(SEQUENCE, [inner])))).toMatchObject(FOUND);
  });

  it('follows nesting to its bound', () => {
    const nested = Buffer.concat([nestedStarts(SEQUENCE, 512), nestedEnds(512)]);
    expect(read(fileWith(nested))).toMatchObject(FOUND);
  });

  it('takes deeper nesting for damage', () => {
    const nested = Buffer.concat([nestedStarts(SEQUENCE, 513), nestedEnds(513)]);
    expect(read(fileWith(nested))).toMatchObject(DAMAGED);
  });

  it('takes endless nesting for damage without running out of stack', () => {
    const bytes = fileWith(nestedStarts(SEQUENCE, 50_000));
    expect(readHeader(bytes, false, { maxHeaderBytes: bytes.length * 2 })).toMatchObject(DAMAGED);
  });

  it.each([
    ['an element where an item should be', element(0x00100010, 'PN', 'X')],
    ['the end of an item where an item should be', elementStart(0xfffee00d, '', 0)],
    [
      'the end of a sequence inside an item',
      Buffer.concat([elementStart(0xfffee000, '', UNDEFINED_LENGTH), elementStart(0xfffee0dd, '', 0)]),
    ],
    [
      'an item directly inside an item',
      Buffer.concat([elementStart(0xfffee000, '', UNDEFINED_LENGTH), elementStart(0xfffee000, '', 0)]),
    ],
  ])('takes %s for damage', (_name, inside) => {
    const open = elementStart(SEQUENCE, 'SQ', UNDEFINED_LENGTH);
    expect(read(fileWith(Buffer.concat([open, inside])))).toMatchObject(DAMAGED);
  });

  it('takes a sequence that never ends for damage', () => {
    const open = elementStart(SEQUENCE, 'SQ', UNDEFINED_LENGTH);
    const empty = openSequence(SEQUENCE, []);
    const end = fileWith(open).length - Buffer.concat(identityElements().slice(2)).length;
    expect(read(fileWith(open).subarray(0, end))).toMatchObject(DAMAGED);
    expect(read(fileWith(empty))).toMatchObject(FOUND);
  });
});
