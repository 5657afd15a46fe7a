import { describe, expect, it } from '@jest/globals';
import { deflateRawSync } from 'node:zlib';
import { readHeader, type HeaderReading } from '../../../../src/domain/dicom/header.ts';
import { noise } from '../../../support/blocks.ts';
import { element, identityElements, part10, transferSyntax } from '../../../support/element-bytes.ts';
import { makeUids } from '../../../support/factories.ts';

const DEFLATED = '1.2.840.10008.1.2.1.99';
const FOUND = { kind: 'instance', header: { uids: makeUids(), transferSyntaxUid: DEFLATED } };

const deflated = (dataSet: Buffer, syntax = DEFLATED): Buffer =>
  part10([transferSyntax(syntax)], deflateRawSync(dataSet));
const rejection = (reason: string): object => ({ kind: 'rejected', rejection: { reason } });
const read = (bytes: Buffer, isComplete = true, maxHeaderBytes = 65_536): HeaderReading =>
  readHeader(bytes, isComplete, { maxHeaderBytes });

/** The elements before the study UID, then so many bytes, then the rest. */
function dataSetWith(between: Buffer): Buffer {
  const [sopClass, sopInstance, study, series] = identityElements() as [Buffer, Buffer, Buffer, Buffer];
  return Buffer.concat([sopClass, sopInstance, element(0x00091001, 'OB', between), study, series]);
}

describe('readHeader of a deflated data set', () => {
  it.each([DEFLATED, '1.2.840.10008.1.2.4.95', '1.2.840.10008.1.2.4.205'])(
    'inflates what %s says',
    (syntax) => {
      expect(read(deflated(Buffer.concat(identityElements()), syntax))).toMatchObject({
        header: { uids: makeUids(), transferSyntaxUid: syntax },
      });
    },
  );

  it('finds the UIDs in the beginning of a long stream', () => {
    const dataSet = Buffer.concat([...identityElements(), noise(100_000)]);
    expect(read(deflated(dataSet).subarray(0, 20_000), false)).toMatchObject(FOUND);
  });

  it('asks for more, within the limit, where the beginning is not enough', () => {
    const bytes = deflated(dataSetWith(noise(20_000)));
    const reading = read(bytes.subarray(0, 1000), false);
    expect(reading).toEqual({ kind: 'more-bytes-needed', atLeastBytes: expect.any(Number) });
    expect(reading.kind === 'more-bytes-needed' && reading.atLeastBytes).toBeGreaterThan(1000);
  });

  it('goes on asking up to the limit where the study UID stands close before it', () => {
    const bytes = deflated(dataSetWith(noise(60_000)));
    expect(read(bytes.subarray(0, 40_000), false)).toMatchObject({ kind: 'more-bytes-needed' });
  });

  it('finds UIDs behind incompressible bytes', () => {
    expect(read(deflated(dataSetWith(noise(20_000))))).toMatchObject(FOUND);
  });

  it('says that the file is damaged when its bytes are no deflate stream', () => {
    const bytes = part10([transferSyntax(DEFLATED)], Buffer.from('ffffffffffffffffffffffff', 'hex'));
    expect(read(bytes)).toMatchObject(rejection('damaged'));
  });

  it('says that the file is damaged when the stream stops too early', () => {
    const bytes = deflated(dataSetWith(noise(20_000)));
    expect(read(bytes.subarray(0, 10_000))).toMatchObject(rejection('damaged'));
  });

  it('says that the file is damaged when what comes out is no data set', () => {
    expect(read(deflated(Buffer.alloc(100, 0x20)))).toMatchObject(rejection('damaged'));
  });

  it('names the UID that is missing where the stream ends between two elements', () => {
    const [sopClass, sopInstance] = identityElements() as [Buffer, Buffer];
    expect(read(deflated(Buffer.concat([sopClass, sopInstance])))).toMatchObject(
      rejection('missing-study-uid'),
    );
  });

  it('finds the UIDs in front of damage, however much of it is at hand', () => {
    const bytes = deflated(Buffer.concat([...identityElements(), noise(30_000)]));
    bytes.fill(0xff, 10_000, 10_100);
    const early = read(bytes.subarray(0, 5000), false);
    expect([early, read(bytes)]).toMatchObject([FOUND, FOUND]);
  });

  it('takes damage in front of the UIDs for damage, however much of it is at hand', () => {
    const bytes = deflated(dataSetWith(noise(20_000)));
    const start = bytes.length - 5000;
    bytes.fill(0xff, start);
    expect([read(bytes.subarray(0, start + 2000), false), read(bytes)]).toMatchObject([
      rejection('damaged'),
      rejection('damaged'),
    ]);
  });

  it('does not inflate a bomb beyond the limit', () => {
    const bomb = deflated(dataSetWith(Buffer.alloc(64 * 1024 * 1024)));
    expect(read(bomb)).toMatchObject(rejection('header-too-large'));
  });

  it('finds the UIDs in front of a bomb', () => {
    const bomb = deflated(Buffer.concat([...identityElements(), Buffer.alloc(64 * 1024 * 1024)]));
    expect(read(bomb)).toMatchObject(FOUND);
  });

  it('comes to one verdict, wherever the blocks are cut that it arrives in', () => {
    const bytes = deflated(Buffer.concat([dataSetWith(noise(9000)), Buffer.alloc(200_000)]));
    const cuts = Array.from({ length: 300 }, (_, index) => bytes.length - 3 * index);
    const kinds = cuts.map((end) => read(bytes.subarray(0, end), false).kind);
    expect(new Set(kinds)).toEqual(new Set(['instance', 'more-bytes-needed']));
  });
});
