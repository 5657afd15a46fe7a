import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BareDataSetWalk, type BareDataSet } from '../../src/domain/dicom/bare-data-set.ts';
import { DamagedDataSet } from '../../src/domain/dicom/element.ts';
import { cutAt } from '../support/blocks.ts';
import { makeDicom } from '../support/synthetic-dicom.ts';

const WANTED = new Set([0x00080018, 0x0020000d]);
const FILE = makeDicom({ pixelBytes: 100 });
/** Behind preamble, `DICM`, and the file meta information, whose length its first element says. */
const BARE = FILE.subarray(144 + FILE.readUInt32LE(140));

const changed = fc
  .array(fc.tuple(fc.nat({ max: BARE.length - 1 }), fc.nat({ max: 255 })), { maxLength: 4 })
  .map((changes) => {
    const bytes = Buffer.from(BARE);
    for (const [offset, value] of changes) bytes[offset] = value;
    return bytes;
  });

/** What the walk finds, or that it is damaged. Anything else that it throws is a mistake of its own. */
function walk(blocks: readonly Buffer[]): BareDataSet | 'damaged' {
  const walker = new BareDataSetWalk(WANTED, 100_000);
  try {
    for (const block of blocks) walker.push(block);
    return walker.end();
  } catch (error) {
    if (error instanceof DamagedDataSet) return 'damaged';
    throw error;
  }
}

describe('the walk through a bare data set', () => {
  it('comes to the same end wherever the data set is cut, whole or damaged', () => {
    const cuts = fc.array(fc.nat({ max: BARE.length }), { maxLength: 20 });
    fc.assert(
      fc.property(changed, cuts, (bytes, offsets) => {
        expect(walk(cutAt(bytes, offsets))).toEqual(walk([bytes]));
      }),
      { numRuns: 500 },
    );
  });
});
