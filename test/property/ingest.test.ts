import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { cutAt } from '../support/blocks.ts';
import {
  element,
  elementStart,
  identityElements,
  nestedEnds,
  nestedStarts,
  part10,
} from '../support/element-bytes.ts';
import { handleInMemory, type Handled } from '../support/in-memory-ingest.ts';
import { makeDicom, TRANSFER_SYNTAX } from '../support/synthetic-dicom.ts';

const EXPLICIT_SYNTAX = element(0x00020010, 'UI', TRANSFER_SYNTAX.explicitLittleEndian);
const LIMITS = { maxHeaderBytes: 4096, mostBytes: 100_000 };

/** A valid file of any transfer syntax, with a sequence in front of its UIDs. */
const file = fc
  .record({
    transferSyntax: fc.constantFrom(...Object.values(TRANSFER_SYNTAX)),
    patientName: fc.string({ maxLength: 40 }),
    pixelBytes: fc.nat({ max: 3000 }),
    omit: fc.subarray(['00080016', '00080018', '0020000D', '0020000E', '7FE00010'], { maxLength: 2 }),
  })
  .map((options) =>
    makeDicom({
      ...options,
      elements: [{ tag: '00081140', vr: 'SQ', value: [[{ tag: '0020000D', vr: 'UI', value: '9.9' }]] }],
    }),
  );

/** Lengths, tags and delimiters that a reader has to be careful with. */
const treacherous = fc.constantFrom(
  'ffffffff',
  'feffffff',
  'feff00e0ffffffff',
  'feffdde000000000',
  'feff0de000000000',
  '5351',
  '554e',
  '00000000',
);

/** A file with bytes changed, taken out, put in, and cut off. */
const mutated = fc
  .tuple(
    file,
    fc.array(fc.tuple(fc.nat({ max: 1500 }), fc.nat({ max: 255 })), { maxLength: 8 }),
    fc.array(fc.tuple(fc.nat({ max: 1500 }), treacherous), { maxLength: 4 }),
    fc.nat({ max: 1500 }),
    fc.nat({ max: 80 }),
    fc.option(fc.nat({ max: 4000 })),
  )
  .map(([bytes, changes, planted, at, removed, length]) => {
    const changed = Buffer.from(bytes);
    for (const [offset, value] of changes) changed[offset % changed.length] = value;
    for (const [offset, hex] of planted) changed.write(hex, offset % changed.length, 'hex');
    const rest = Buffer.concat([changed.subarray(0, at), changed.subarray(at + removed)]);
    return length === null ? rest : rest.subarray(0, length);
  });

const anything = fc.oneof(
  mutated,
  fc.uint8Array({ maxLength: 800 }).map((bytes) => Buffer.from(bytes)),
);
const cuts = fc.array(fc.nat({ max: 4000 }), { maxLength: 20 });

/** Acknowledged, reported once, and either in the store as it is or in quarantine with its reason. */
function expectOneOutcome(
  { status, reports, stored, copies, openBodies }: Handled,
  file: (bytes: Buffer) => boolean,
): void {
  const [report] = reports;
  expect({ status, reports: reports.length, openBodies }).toEqual({ status: 204, reports: 1, openBodies: 0 });
  if (report?.outcome === 'stored') {
    expect({ copies, areStored: stored.map(file) }).toEqual({ copies: [], areStored: [true] });
    return;
  }
  const hash = report?.reportId.replace('ingest:', '') ?? '';
  expect({ outcome: report?.outcome, copies, stored }).toEqual({
    outcome: 'rejected',
    copies: [`quarantine/${report?.reason ?? ''}/${hash}`],
    stored: [],
  });
}

describe('ingest, given any object', () => {
  it('comes to one outcome, and stores the object as it is or not at all', async () => {
    await fc.assert(
      fc.asyncProperty(anything, cuts, async (bytes, offsets) => {
        const handled = await handleInMemory({ bytes, arrivals: [cutAt(bytes, offsets)] }, LIMITS);
        expectOneOutcome(handled, (stored) => stored.equals(bytes));
      }),
      { numRuns: 600 },
    );
  });

  it('comes to the same outcome however the object arrives', async () => {
    await fc.assert(
      fc.asyncProperty(anything, cuts, cuts, async (bytes, here, there) => {
        const outcomes = [];
        for (const offsets of [here, there]) {
          const arrival = { bytes, arrivals: [cutAt(bytes, offsets)] };
          const { reports } = await handleInMemory(arrival, { ...LIMITS, maxHeaderBytes: 700 });
          outcomes.push([reports[0]?.outcome, reports[0]?.reason]);
        }
        expect(outcomes[0]).toEqual(outcomes[1]);
      }),
      { numRuns: 400 },
    );
  });

  it('supplies a preamble to a data set that can be walked, and comes to one outcome for all others', async () => {
    await fc.assert(
      fc.asyncProperty(anything, cuts, async (bytes, offsets) => {
        const bare = bytes.subarray(132);
        const handled = await handleInMemory(
          { bytes: bare, arrivals: [cutAt(bare, offsets)] },
          { ...LIMITS, noPreamble: 'supply' },
        );
        expectOneOutcome(handled, (stored) => stored.subarray(-bare.length).equals(bare));
      }),
      { numRuns: 400 },
    );
  });

  it('decompresses what says that it is compressed, and comes to one outcome whatever that is', async () => {
    const compressed = fc
      .tuple(
        anything,
        fc.option(fc.tuple(fc.nat({ max: 2000 }), fc.nat({ max: 255 }))),
        fc.option(fc.nat({ max: 2000 })),
      )
      .map(([bytes, change, length]) => {
        const packed = gzipSync(bytes);
        if (change !== null) packed[change[0] % packed.length] = change[1];
        return { bytes, packed: length === null ? packed : packed.subarray(0, length) };
      });
    await fc.assert(
      fc.asyncProperty(compressed, async ({ bytes, packed }) => {
        const handled = await handleInMemory({ bytes: packed, contentEncoding: 'gzip' }, LIMITS);
        expectOneOutcome(handled, (stored) => stored.equals(bytes));
      }),
      { numRuns: 300 },
    );
  });
});

describe('ingest, given an object that is made to be hard to read', () => {
  const [sopClass, sopInstance, study, series] = identityElements() as [Buffer, Buffer, Buffer, Buffer];
  const withBetween = (between: Buffer): Buffer =>
    part10([EXPLICIT_SYNTAX], Buffer.concat([sopClass, sopInstance, between, study, series]));
  const nested = (depth: number): Buffer =>
    withBetween(Buffer.concat([nestedStarts(0x00081140, depth), nestedEnds(depth)]));
  const claiming = (vr: string, length: number): Buffer =>
    withBetween(elementStart(0x00091001, vr, length)).subarray(0, 1024);

  it.each([
    ['sequences nested 100 deep', nested(100), 'stored'],
    ['sequences nested 1,000 deep', nested(1000), 'rejected'],
    ['sequences nested 100,000 deep', nested(100_000), 'rejected'],
    ['sequences nested 1,000 deep that never end', withBetween(nestedStarts(0x00081140, 1000)), 'rejected'],
    ['a value of 4 GB in 1 KB', claiming('OB', 0xfffffffe), 'rejected'],
    ['a sequence of 4 GB in 1 KB', claiming('SQ', 0xfffffffe), 'rejected'],
    ['a UID of 4 GB in 1 KB', withBetween(elementStart(0x0020000d, 'UN', 0xfffffffe)), 'rejected'],
    ['an undefined length that never ends', claiming('OB', 0xffffffff), 'rejected'],
    [
      'file meta information of 4 GB',
      part10([elementStart(0x00020001, 'OB', 0xfffffffe)], sopClass),
      'rejected',
    ],
    ['nothing but items', withBetween(Buffer.from('feff00e000000000'.repeat(5000), 'hex')), 'rejected'],
    [
      'an empty element 100,000 times',
      withBetween(Buffer.from('0900001055 4e0000 00000000'.replaceAll(' ', '').repeat(100_000), 'hex')),
      'rejected',
    ],
  ])('comes to an outcome for %s', async (_what, bytes, outcome) => {
    const handled = await handleInMemory({ bytes }, { maxHeaderBytes: 1_000_000, mostBytes: 10_000_000 });
    expectOneOutcome(handled, (stored) => stored.equals(bytes));
    expect(handled.reports[0]?.outcome).toBe(outcome);
  });
});
