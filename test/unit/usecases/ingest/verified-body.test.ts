import { describe, expect, it } from '@jest/globals';
import { crc32c } from '../../../../src/adapters/node-crc32c.ts';
import { verifiedBody } from '../../../../src/usecases/ingest/verified-body.ts';
import { arriving, cutEvery, noise, readAll, readUntilFailure } from '../../../support/blocks.ts';

const BYTES = noise(1000);
const EXPECTED = { sizeBytes: BYTES.length, crc32c: crc32c(BYTES, 0) };

const flipped = Buffer.from(BYTES);
flipped[500] = (flipped[500] ?? 0) ^ 1;

describe('a verified body', () => {
  it('passes on what is right', async () => {
    const body = verifiedBody(arriving(cutEvery(BYTES, 64)), EXPECTED, crc32c);
    expect((await readAll(body)).equals(BYTES)).toBe(true);
  });

  it('is empty where that is right', async () => {
    const body = verifiedBody(arriving([]), { sizeBytes: 0, crc32c: 0 }, crc32c);
    expect(await readAll(body)).toHaveLength(0);
  });

  it.each([
    ['a flipped bit', cutEvery(flipped, 64)],
    ['a block too few', cutEvery(BYTES, 64).slice(0, -1)],
    ['nothing', []],
    ['a single damaged block', [flipped]],
    ['a block too many', [...cutEvery(BYTES, 64), Buffer.from('x')]],
    ['two blocks that changed places', [BYTES.subarray(500), BYTES.subarray(0, 500)]],
    ['other bytes, and more of them than there should be', [noise(1000, 2), noise(64, 3)]],
  ])('never comes to its length when there is %s', async (_name, blocks) => {
    const { bytes, error } = await readUntilFailure(verifiedBody(arriving(blocks), EXPECTED, crc32c));
    expect(error).toMatchObject({ code: 'checksum-mismatch' });
    expect(bytes.length).toBeLessThan(BYTES.length);
  });

  it('says what did not fit', async () => {
    const { error } = await readUntilFailure(verifiedBody(arriving([flipped]), EXPECTED, crc32c));
    expect(error).toMatchObject({
      details: { sizeBytes: 1000, expectedSizeBytes: 1000, isChecksumRight: false },
    });
  });

  it('throws what its source throws, before its last block', async () => {
    const reset = new Error('reset');
    const body = verifiedBody(arriving([BYTES], reset), EXPECTED, crc32c);
    await expect(readUntilFailure(body)).resolves.toEqual({ bytes: Buffer.alloc(0), error: reset });
  });
});
