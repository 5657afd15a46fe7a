import { describe, expect, it } from '@jest/globals';
import { crc32c } from '../../../../src/adapters/node-crc32c.ts';
import { compareBytes } from '../../../../src/usecases/ingest/compare-bytes.ts';
import { arriving, cutEvery, failureOf, noise } from '../../../support/blocks.ts';
import { OpenBodies } from '../../../support/tracked-body.ts';

const BYTES = noise(1000);
const DIGEST = { sizeBytes: 1000, crc32c: crc32c(BYTES, 0) };

describe('compareBytes', () => {
  it('finds the same bytes equal, however they are cut', async () => {
    const comparison = await compareBytes(
      arriving(cutEvery(BYTES, 7)),
      arriving(cutEvery(BYTES, 300)),
      crc32c,
    );
    expect(comparison).toEqual({ isEqual: true, left: DIGEST, right: DIGEST });
  });

  it('finds two empty streams equal', async () => {
    const { isEqual } = await compareBytes(arriving([]), arriving([Buffer.alloc(0)]), crc32c);
    expect(isEqual).toBe(true);
  });

  it.each([
    ['the first byte', Buffer.concat([Buffer.from([~(BYTES[0] ?? 0) & 0xff]), BYTES.subarray(1)])],
    ['the last byte', Buffer.concat([BYTES.subarray(0, 999), Buffer.from([~(BYTES[999] ?? 0) & 0xff])])],
    ['a missing end', BYTES.subarray(0, 900)],
    ['an end too many', Buffer.concat([BYTES, BYTES])],
    ['everything', Buffer.alloc(0)],
  ])('finds a difference in %s, and the digests of both', async (_name, other) => {
    const comparison = await compareBytes(
      arriving(cutEvery(BYTES, 64)),
      arriving(cutEvery(other, 100)),
      crc32c,
    );
    expect(comparison).toEqual({
      isEqual: false,
      left: DIGEST,
      right: { sizeBytes: other.length, crc32c: crc32c(other, 0) },
    });
  });

  it.each(['left', 'right'])('knows nothing when the %s stream fails, and closes both', async (side) => {
    const bodies = new OpenBodies();
    const error = new Error('reset');
    const streams = ['left', 'right'].map((name) =>
      bodies.track(arriving(cutEvery(BYTES, 64), name === side ? error : undefined)),
    ) as [AsyncIterable<Buffer>, AsyncIterable<Buffer>];
    await expect(failureOf(compareBytes(...streams, crc32c))).resolves.toBe(error);
    expect(bodies.count).toBe(0);
  });

  it('closes nothing twice that has no way to be closed', async () => {
    const blocks = [BYTES][Symbol.iterator]();
    const bare: AsyncIterable<Buffer> = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve(blocks.next()),
      }),
    };
    await expect(compareBytes(bare, arriving([BYTES]), crc32c)).resolves.toMatchObject({ isEqual: true });
  });
});
