import { describe, expect, it } from '@jest/globals';
import { readHeader, type HeaderReading } from '../../../../src/domain/dicom/header.ts';
import {
  BIG_ENDIAN,
  EXPLICIT,
  IMPLICIT,
  element,
  elementStart,
  identityElements,
  part10,
  transferSyntax,
} from '../../../support/element-bytes.ts';
import { makeUids } from '../../../support/factories.ts';

const read = (bytes: Buffer): HeaderReading => readHeader(bytes, true, { maxHeaderBytes: 4096 });

describe('readHeader by the transfer syntax', () => {
  it.each([
    ['implicit little endian', '1.2.840.10008.1.2', IMPLICIT],
    ['explicit little endian', '1.2.840.10008.1.2.1', EXPLICIT],
    ['explicit big endian', '1.2.840.10008.1.2.2', BIG_ENDIAN],
    ['JPEG', '1.2.840.10008.1.2.4.50', EXPLICIT],
    ['a private syntax', '1.3.46.670589.33.1.4.1', EXPLICIT],
  ])('reads %s', (_name, syntax, writing) => {
    const bytes = part10([transferSyntax(syntax)], Buffer.concat(identityElements(writing)));
    expect(read(bytes)).toMatchObject({ header: { uids: makeUids(), transferSyntaxUid: syntax } });
  });

  it.each([
    ['implicit', '1.2.840.10008.1.2', IMPLICIT],
    ['big endian', '1.2.840.10008.1.2.2', BIG_ENDIAN],
    ['explicit', '1.2.3.4', EXPLICIT],
  ])('believes the declared %s encoding where the first element tells nothing', (_name, syntax, writing) => {
    const group0010 = element(0x00100010, 'PN', 'X^Y', writing);
    const bytes = part10([transferSyntax(syntax)], Buffer.concat([group0010, ...identityElements(writing)]));
    expect(read(bytes)).toMatchObject({ header: { uids: makeUids() } });
  });

  it.each([
    ['explicit', '1.2.840.10008.1.2', EXPLICIT],
    ['implicit', '1.2.840.10008.1.2.1', IMPLICIT],
    ['big endian', '1.2.840.10008.1.2.1', BIG_ENDIAN],
  ])(
    'reads a data set that is plainly %s, although another encoding is declared',
    (_name, syntax, writing) => {
      const bytes = part10([transferSyntax(syntax)], Buffer.concat(identityElements(writing)));
      expect(read(bytes)).toMatchObject({ header: { uids: makeUids() } });
    },
  );

  it('has no transfer syntax where the file meta information has none', () => {
    const version = element(0x00020001, 'OB', Buffer.from([0, 1]));
    expect(read(part10([version], Buffer.concat(identityElements())))).toMatchObject({
      header: { uids: makeUids(), transferSyntaxUid: null },
    });
  });

  it('reads a file without any file meta information', () => {
    expect(read(part10([], Buffer.concat(identityElements())))).toMatchObject({
      header: { uids: makeUids() },
    });
  });

  it('does not depend on the group length, which may be missing or wrong', () => {
    const wrong = element(0x00020000, 'UL', Buffer.from([1, 0, 0, 0]));
    const meta = [wrong, transferSyntax('1.2.840.10008.1.2.1')];
    expect(read(part10(meta, Buffer.concat(identityElements())))).toMatchObject({
      header: { uids: makeUids() },
    });
  });

  it('reads file meta information in implicit VR, as some devices write it', () => {
    const meta = [
      element(0x00020002, 'UI', '1.2.840.10008.1.3.10', IMPLICIT),
      element(0x00020010, 'UI', '1.2.840.10008.1.2.1', IMPLICIT),
    ];
    expect(read(part10(meta, Buffer.concat(identityElements())))).toMatchObject({
      rejection: { reason: 'dicomdir' },
    });
  });

  it('reads UIDs that are written as unknown', () => {
    const unknown = identityElements().map((bytes) => {
      const tag = bytes.readUInt16LE(0) * 0x10000 + bytes.readUInt16LE(2);
      return element(tag, 'UN', bytes.subarray(8));
    });
    expect(read(part10([transferSyntax('1.2.840.10008.1.2.1')], Buffer.concat(unknown)))).toMatchObject({
      header: { uids: makeUids() },
    });
  });

  it('passes over a VR that is not known yet, in its long form', () => {
    const future = Buffer.concat([
      Buffer.from('0900021051510000', 'hex'),
      Buffer.from([4, 0, 0, 0, 1, 2, 3, 4]),
    ]);
    const [sopClass, ...rest] = identityElements() as [Buffer, ...Buffer[]];
    const bytes = part10([transferSyntax('1.2.840.10008.1.2.1')], Buffer.concat([sopClass, future, ...rest]));
    expect(read(bytes)).toMatchObject({ header: { uids: makeUids() } });
  });

  it('reads a value of a long form VR in big endian', () => {
    const text = element(0x00081120, 'UT', 'long text', BIG_ENDIAN);
    const [sopClass, ...rest] = identityElements(BIG_ENDIAN) as [Buffer, ...Buffer[]];
    const bytes = part10([transferSyntax('1.2.840.10008.1.2.2')], Buffer.concat([sopClass, text, ...rest]));
    expect(read(bytes)).toMatchObject({ header: { uids: makeUids() } });
  });

  it('says that a file is damaged which ends inside the length of a long form', () => {
    const cut = elementStart(0x00090010, 'OB', 4).subarray(0, 10);
    const [sopClass] = identityElements() as [Buffer];
    expect(read(part10([], Buffer.concat([sopClass, cut])))).toMatchObject({
      rejection: { reason: 'damaged' },
    });
  });
});
