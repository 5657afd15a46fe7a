import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { crc32c } from '../../src/adapters/node-crc32c.ts';
import { compareBytes } from '../../src/usecases/ingest/compare-bytes.ts';
import { readObjectHead } from '../../src/usecases/ingest/object-head.ts';
import { verifiedBody } from '../../src/usecases/ingest/verified-body.ts';
import { arriving, cutAt, readAll, readUntilFailure } from '../support/blocks.ts';
import { makeDicom } from '../support/synthetic-dicom.ts';

const content = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const cuts = fc.array(fc.nat({ max: 300 }), { maxLength: 12 });
const expectedOf = (bytes: Buffer): { sizeBytes: number; crc32c: number } => ({
  sizeBytes: bytes.length,
  crc32c: crc32c(bytes, 0),
});

describe('a verified body', () => {
  it('is the source, however that is cut', async () => {
    await fc.assert(
      fc.asyncProperty(content, cuts, async (bytes, offsets) => {
        const body = verifiedBody(arriving(cutAt(bytes, offsets)), expectedOf(bytes), crc32c);
        expect((await readAll(body)).equals(bytes)).toBe(true);
      }),
    );
  });

  it('never comes to the length of what was expected when anything else arrives', async () => {
    await fc.assert(
      fc.asyncProperty(content, content, cuts, async (stored, arrived, offsets) => {
        fc.pre(!stored.equals(arrived) && stored.length > 0);
        const body = verifiedBody(arriving(cutAt(arrived, offsets)), expectedOf(stored), crc32c);
        const { bytes, error } = await readUntilFailure(body);
        expect(error).toMatchObject({ code: 'checksum-mismatch' });
        expect(bytes.length).toBeLessThan(stored.length);
      }),
    );
  });

  it('never comes to its length when any one bit has changed', async () => {
    const damage = fc.tuple(
      content.filter(({ length }) => length > 0),
      fc.nat(),
      fc.nat({ max: 7 }),
    );
    await fc.assert(
      fc.asyncProperty(damage, cuts, async ([stored, at, bit], offsets) => {
        const arrived = Buffer.from(stored);
        const index = at % arrived.length;
        arrived[index] = (arrived[index] ?? 0) ^ (1 << bit);
        const body = verifiedBody(arriving(cutAt(arrived, offsets)), expectedOf(stored), crc32c);
        const { bytes, error } = await readUntilFailure(body);
        expect(error).toMatchObject({ code: 'checksum-mismatch' });
        expect(bytes.length).toBeLessThan(stored.length);
      }),
    );
  });
});

describe('compareBytes', () => {
  const similar = fc
    .tuple(content, content)
    .chain(([a, b]) => fc.constantFrom([a, a], [a, b], [a, Buffer.concat([a, b])]));

  it('agrees with Buffer.equals, however the streams are cut', async () => {
    await fc.assert(
      fc.asyncProperty(similar, cuts, cuts, async ([left, right], here, there) => {
        const streams = [arriving(cutAt(left, here)), arriving(cutAt(right, there))] as const;
        expect(await compareBytes(...streams, crc32c)).toEqual({
          isEqual: left.equals(right),
          left: expectedOf(left),
          right: expectedOf(right),
        });
      }),
    );
  });
});

describe('the head of an object', () => {
  const file = makeDicom({ pixelBytes: 200 });

  it('loses nothing of the object, however that is cut', async () => {
    const offsets = fc.array(fc.nat({ max: file.length }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(offsets, async (cut) => {
        const head = await readObjectHead(arriving(cutAt(file, cut)), { maxHeaderBytes: 4096 });
        expect(head.reading.kind).toBe('instance');
        expect((await readAll(head.body)).equals(file)).toBe(true);
      }),
    );
  });
});
