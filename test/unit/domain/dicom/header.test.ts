import { describe, expect, it } from '@jest/globals';
import { readHeader, type HeaderReading } from '../../../../src/domain/dicom/header.ts';
import {
  element,
  elementStart,
  identityElements,
  part10,
  transferSyntax,
} from '../../../support/element-bytes.ts';
import { makeUids } from '../../../support/factories.ts';
import { makeDicom, tripleOf } from '../../../support/synthetic-dicom.ts';

const LIMITS = { maxHeaderBytes: 4096 };
const EXPLICIT_SYNTAX = transferSyntax('1.2.840.10008.1.2.1');
const [SOP_CLASS, SOP_INSTANCE, STUDY, SERIES] = identityElements() as [Buffer, Buffer, Buffer, Buffer];
const NAME = element(0x00100010, 'PN', 'DOE^JOHN');
const ROWS = element(0x00280010, 'US', Buffer.from([1, 0]));

const file = (...elements: Buffer[]): Buffer => part10([EXPLICIT_SYNTAX], Buffer.concat(elements));
const whole = (bytes: Buffer): HeaderReading => readHeader(bytes, true, LIMITS);
const reasonOf = (reading: HeaderReading): string =>
  reading.kind === 'rejected' ? reading.rejection.reason : reading.kind;

describe('readHeader', () => {
  it('reads the identity of an instance', () => {
    expect(whole(file(SOP_CLASS, SOP_INSTANCE, NAME, STUDY, SERIES, ROWS))).toEqual({
      kind: 'instance',
      header: {
        uids: makeUids(),
        sopClassUid: '1.2.840.10008.5.1.4.1.1.7',
        transferSyntaxUid: '1.2.840.10008.1.2.1',
      },
    });
  });

  it("takes the data set's SOP instance UID where the file meta information has another", () => {
    const options = { instance: '2.25.1', metaInstance: '2.25.2' };
    expect(whole(makeDicom(options))).toMatchObject({
      kind: 'instance',
      header: { uids: { sopInstanceUid: tripleOf(options).instance } },
    });
  });

  it('needs nothing behind the last of the UIDs', () => {
    const bytes = Buffer.concat([file(SOP_CLASS, SOP_INSTANCE, STUDY, SERIES), Buffer.alloc(400)]);
    expect(readHeader(bytes, false, LIMITS).kind).toBe('instance');
  });

  it('takes UIDs out of order', () => {
    expect(whole(file(SERIES, ROWS, STUDY, SOP_INSTANCE, SOP_CLASS))).toMatchObject({
      header: { uids: makeUids() },
    });
  });

  it('takes a UID that is there twice for damage, unless it is the same', () => {
    const other = element(0x0020000d, 'UI', '9.9.9');
    expect(reasonOf(whole(file(SOP_CLASS, SOP_INSTANCE, other, STUDY, SERIES)))).toBe('damaged');
    expect(reasonOf(whole(file(SOP_CLASS, SOP_INSTANCE, STUDY, STUDY, SERIES)))).toBe('instance');
  });

  it.each([
    ['NUL', '1.2.1\0'],
    ['a space', '1.2.1 '],
    ['several of both', '  1.2.1 \0\0 '],
  ])('takes a UID without its padding of %s', (_name, text) => {
    const bytes = file(SOP_CLASS, SOP_INSTANCE, element(0x0020000d, 'UI', text), SERIES);
    expect(whole(bytes)).toMatchObject({ header: { uids: makeUids() } });
  });

  it.each([
    ['study', [SOP_CLASS, SOP_INSTANCE, SERIES, ROWS]],
    ['series', [SOP_CLASS, SOP_INSTANCE, STUDY, ROWS]],
    ['instance', [SOP_CLASS, STUDY, SERIES, ROWS]],
    ['sop-class', [SOP_INSTANCE, STUDY, SERIES, ROWS]],
  ])('rejects a whole data set without a %s UID', (word, elements) => {
    expect(reasonOf(whole(file(...elements)))).toBe(`missing-${word}-uid`);
  });

  it('rejects a data set in which a UID stands only behind the pixel data', () => {
    const pixels = element(0x7fe00010, 'OB', 'pixels');
    expect(reasonOf(whole(file(SOP_CLASS, SOP_INSTANCE, SERIES, pixels, STUDY)))).toBe('missing-study-uid');
  });

  it('rejects a UID longer than any that is read', () => {
    const long = element(0x0020000d, 'UI', '1'.repeat(1000));
    expect(reasonOf(whole(file(SOP_CLASS, SOP_INSTANCE, long, SERIES)))).toBe('invalid-study-uid');
  });

  it('tells of several values of a UID that they are none', () => {
    const two = element(0x0020000e, 'UI', '1.2\\1.3');
    expect(reasonOf(whole(file(SOP_CLASS, SOP_INSTANCE, STUDY, two)))).toBe('invalid-series-uid');
  });

  it('rejects a data set that ends between two elements for the UID that it lacks', () => {
    expect(reasonOf(whole(file(SOP_CLASS, SOP_INSTANCE)))).toBe('missing-study-uid');
  });

  it('rejects a directory by its first elements', () => {
    expect(reasonOf(whole(file(element(0x00041130, 'CS', 'DISC'))))).toBe('dicomdir');
  });

  it.each([
    ['archive', 'archive', Buffer.from('PK\x03\x04', 'latin1')],
    ['data set without a preamble', 'no-preamble', Buffer.concat([SOP_CLASS, SOP_INSTANCE])],
    ['text', 'not-dicom', Buffer.from('hello')],
    ['empty object', 'not-dicom', Buffer.alloc(0)],
  ])('rejects an %s', (_name, reason, bytes) => {
    expect(reasonOf(whole(bytes))).toBe(reason);
  });

  it('never quotes a value in what it tells people', () => {
    const marker = element(0x0020000d, 'UI', 'DOE^JOHN');
    expect(JSON.stringify(whole(file(SOP_CLASS, SOP_INSTANCE, NAME, marker, SERIES)))).not.toContain('DOE');
  });
});

describe('readHeader of the beginning of an object', () => {
  it('asks for as many bytes as recognition takes, before it judges', () => {
    expect(readHeader(Buffer.from('PK\x03\x04', 'latin1'), false, LIMITS)).toEqual({
      kind: 'more-bytes-needed',
      atLeastBytes: 512,
    });
  });

  it('asks for the end of the value it stands before', () => {
    const padding = element(0x0009_0010, 'OB', Buffer.alloc(600));
    const bytes = file(SOP_CLASS, padding, SOP_INSTANCE, STUDY, SERIES).subarray(0, 700);
    const start = 132 + EXPLICIT_SYNTAX.length + SOP_CLASS.length + padding.length;
    const reading = readHeader(bytes, false, LIMITS);
    expect(reading).toEqual({ kind: 'more-bytes-needed', atLeastBytes: start + 4 });
  });

  it('rejects what would take more than the limit', () => {
    const bytes = file(SOP_CLASS, elementStart(0x0009_0010, 'OB', 5000), Buffer.alloc(512));
    expect(reasonOf(readHeader(bytes, false, LIMITS))).toBe('header-too-large');
  });

  it('names the setting that would have to be changed', () => {
    const bytes = file(SOP_CLASS, elementStart(0x0009_0010, 'OB', 5000), Buffer.alloc(512));
    expect(JSON.stringify(readHeader(bytes, false, LIMITS))).toMatch(/4096 bytes.*MAX_HEADER_BYTES/);
  });

  it('gives a missing UID as the reason where it is known before the limit', () => {
    const bytes = file(
      SOP_CLASS,
      SOP_INSTANCE,
      SERIES,
      ROWS,
      elementStart(0x00420011, 'OB', 9000),
      Buffer.alloc(512),
    );
    expect(reasonOf(readHeader(bytes, false, LIMITS))).toBe('missing-study-uid');
  });

  it.each([
    ['study', elementStart(0x0020000d, 'UN', 0xfffffff0)],
    ['private', elementStart(0x00090010, 'OB', 0xfffffffe)],
  ])('asks for nothing when a %s element claims four gigabytes in one kilobyte', (_name, start) => {
    const bytes = file(SOP_CLASS, SOP_INSTANCE, start, Buffer.alloc(1024));
    expect(reasonOf(readHeader(bytes, false, LIMITS))).toBe('header-too-large');
  });
});

describe('readHeader of a damaged file', () => {
  const complete = file(SOP_CLASS, SOP_INSTANCE, NAME, STUDY, SERIES);
  const metaEnd = 132 + EXPLICIT_SYNTAX.length;

  it.each([
    ['in the file meta information', 140],
    ['before the data set', metaEnd],
    ['inside the tag of an element', metaEnd + SOP_CLASS.length + 2],
    ['inside a length', metaEnd + SOP_CLASS.length + 7],
    ['inside a value', metaEnd + SOP_CLASS.length + 9],
    ['inside the last UID', complete.length - 1],
  ])('says so when it ends %s', (_name, end) => {
    expect(reasonOf(whole(complete.subarray(0, end)))).toBe('damaged');
  });

  it('says so when an element has no value representation', () => {
    const broken = Buffer.from('08002000\0\0\0\0\0\0\0\0'.replace('08002000', '\x10\0\x10\0'), 'latin1');
    expect(reasonOf(whole(file(SOP_CLASS, broken, STUDY)))).toBe('damaged');
  });

  it('has one reason for an element that claims four gigabytes, however much of the object is there', () => {
    const bytes = file(SOP_CLASS, elementStart(0x00090010, 'OB', 0xfffffffe), Buffer.alloc(1024));
    expect(reasonOf(whole(bytes))).toBe(reasonOf(readHeader(bytes, false, LIMITS)));
  });
});
