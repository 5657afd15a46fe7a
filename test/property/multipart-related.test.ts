import '../support/one-realm.ts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readSinglePart } from '../../src/adapters/multipart-related.ts';
import { arriving, cutAt, readAll, readUntilFailure } from '../support/blocks.ts';

const TYPE = 'multipart/related; type="application/dicom"; boundary="cut"';

/** Bytes that are as close to a boundary as bytes can be without being one. */
const content = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(
          '\r',
          '\n',
          '\r\n',
          '\r\n-',
          '\r\n--',
          '\r\n--c',
          '\r\n--cu',
          '--cut',
          '\n--cut',
          '\r\n--CUT',
        )
        .map((text) => Buffer.from(text)),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => Buffer.concat(pieces))
  .filter((bytes) => !bytes.includes('\r\n--cut'));

const messageOf = (bytes: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('--cut\r\nContent-Type: application/dicom\r\n\r\n'),
    bytes,
    Buffer.from('\r\n--cut--\r\n'),
  ]);

const cuts = fc.array(fc.nat({ max: 500 }), { maxLength: 12 });

describe('the single part of an answer', () => {
  it('is what was sent, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(content, cuts, async (bytes, offsets) => {
        const part = readSinglePart(arriving(cutAt(messageOf(bytes), offsets)), TYPE);
        expect((await readAll(part)).equals(bytes)).toBe(true);
      }),
    );
  });

  it('is never taken for whole where the answer ends before its last boundary', async () => {
    await fc.assert(
      fc.asyncProperty(content, cuts, fc.nat(), async (bytes, offsets, at) => {
        const message = messageOf(bytes);
        const end = at % (message.length - '\r\n'.length);
        const part = readSinglePart(arriving(cutAt(message.subarray(0, end), offsets)), TYPE);
        const { error } = await readUntilFailure(part);
        expect(error).toMatchObject({ code: 'malformed-answer' });
      }),
    );
  });
});
