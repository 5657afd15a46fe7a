import { describe, expect, it } from '@jest/globals';
import { readObjectHead } from '../../../../src/usecases/ingest/object-head.ts';
import { arriving, cutEvery, failureOf, readAll } from '../../../support/blocks.ts';
import { element, identityElements, part10, transferSyntax } from '../../../support/element-bytes.ts';
import { makeUids } from '../../../support/factories.ts';
import { OpenBodies } from '../../../support/tracked-body.ts';

const LIMITS = { maxHeaderBytes: 4096 };
const [SOP_CLASS, ...REST] = identityElements() as [Buffer, ...Buffer[]];
const FILE = part10(
  [transferSyntax('1.2.840.10008.1.2.1')],
  Buffer.concat([
    SOP_CLASS,
    element(0x00090010, 'OB', Buffer.alloc(900)),
    ...REST,
    element(0x7fe00010, 'OB', Buffer.alloc(3000)),
  ]),
);

describe('the head of an object', () => {
  it.each([1, 3, 512, 1000, 100_000])(
    'is read, and nothing of the object is lost, in blocks of %i',
    async (size) => {
      const head = await readObjectHead(arriving(cutEvery(FILE, size)), LIMITS);
      expect(head.reading).toMatchObject({ kind: 'instance', header: { uids: makeUids() } });
      expect((await readAll(head.body)).equals(FILE)).toBe(true);
    },
  );

  it('is read from blocks of which some are empty', async () => {
    const blocks = cutEvery(FILE, 100).flatMap((block) => [Buffer.alloc(0), block]);
    const head = await readObjectHead(arriving(blocks), LIMITS);
    expect(head.reading.kind).toBe('instance');
    expect((await readAll(head.body)).equals(FILE)).toBe(true);
  });

  it('is not DICOM where the object is empty', async () => {
    const head = await readObjectHead(arriving([]), LIMITS);
    expect(head.reading).toMatchObject({ kind: 'rejected', rejection: { reason: 'not-dicom' } });
    expect(await readAll(head.body)).toHaveLength(0);
  });

  it('asks the source for no more than it takes', async () => {
    let asked = 0;
    async function* source(): AsyncGenerator<Buffer> {
      for (const block of cutEvery(FILE, 200)) {
        await Promise.resolve();
        asked += block.length;
        yield block;
      }
    }
    const head = await readObjectHead(source(), LIMITS);
    expect(asked).toBeLessThan(2 * 1200 + 200);
    await head.close();
  });

  it('gives up within a block of the limit', async () => {
    let asked = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      yield FILE.subarray(0, 132);
      for (;;) {
        await Promise.resolve();
        asked += 1000;
        yield element(0x00090010, 'OB', Buffer.alloc(988));
      }
    }
    const head = await readObjectHead(endless(), LIMITS);
    expect(head.reading).toMatchObject({ rejection: { reason: 'header-too-large' } });
    expect(asked).toBeLessThanOrEqual(LIMITS.maxHeaderBytes + 1000);
    await head.close();
  });

  it('throws what the source throws', async () => {
    const error = new Error('reset');
    await expect(
      failureOf(readObjectHead(arriving(cutEvery(FILE, 50).slice(0, 3), error), LIMITS)),
    ).resolves.toBe(error);
  });

  it('hands on what the source throws later', async () => {
    const error = new Error('reset');
    const head = await readObjectHead(arriving(cutEvery(FILE, 1500).slice(0, 2), error), LIMITS);
    await expect(failureOf(readAll(head.body))).resolves.toBe(error);
  });

  it.each(['before', 'after'])('closes the object %s its body was read', async (when) => {
    const bodies = new OpenBodies();
    const head = await readObjectHead(bodies.track(arriving(cutEvery(FILE, 200))), LIMITS);
    if (when === 'after') await readAll(head.body);
    await head.close();
    expect(bodies.count).toBe(0);
  });
});
