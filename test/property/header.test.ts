import { describe, expect, it } from '@jest/globals';
import dicomParser from 'dicom-parser';
import fc from 'fast-check';
import { readHeader, type HeaderReading } from '../../src/domain/dicom/header.ts';
import { RECOGNITION_BYTES } from '../../src/domain/dicom/recognise.ts';
import { TRANSFER_SYNTAX, makeDicom, type SyntheticDicom } from '../support/synthetic-dicom.ts';

const LIMITS = { maxHeaderBytes: 2048 };

const uid = fc
  .array(fc.nat({ max: 9999 }), { minLength: 1, maxLength: 8 })
  .map((parts) => `1.${parts.join('.')}`);

const instance: fc.Arbitrary<SyntheticDicom> = fc
  .record({
    study: uid,
    series: uid,
    instance: uid,
    transferSyntax: fc.constantFrom(...Object.values(TRANSFER_SYNTAX)),
    patientName: fc.string({ maxLength: 40 }),
    pixelBytes: fc.nat({ max: 400 }),
    omit: fc.subarray(['00080016', '00080018', '0020000D', '0020000E', '00100010', '7FE00010']),
    nested: uid,
  })
  .map(({ nested, ...options }) => ({
    ...options,
    elements: [{ tag: '00081140', vr: 'SQ', value: [[{ tag: '0020000D', vr: 'UI', value: nested }]] }],
  }));

const validInstance = instance.map((options) => ({ ...options, omit: [] }));

/** A file with some of its bytes changed, some taken out and some put in. */
const mutated = fc
  .tuple(
    instance.map(makeDicom),
    fc.array(fc.tuple(fc.nat({ max: 1200 }), fc.nat({ max: 255 })), { maxLength: 6 }),
    fc.nat({ max: 1200 }),
    fc.nat({ max: 60 }),
    fc.uint8Array({ maxLength: 30 }),
  )
  .map(([file, changes, at, removed, inserted]) => {
    const bytes = Buffer.from(file);
    for (const [offset, value] of changes) bytes[offset % bytes.length] = value;
    return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);
  });

/** Bytes that look like a DICOM file for as long as it takes to be read as one. */
const disguised = fc
  .uint8Array({ maxLength: 600 })
  .map((rest) => Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), rest]));

const anything = fc.oneof(
  mutated,
  disguised,
  fc.uint8Array({ maxLength: 700 }).map((bytes) => Buffer.from(bytes)),
);

describe('readHeader', () => {
  it('finds the UIDs that dicom-parser finds', () => {
    const explicitOnly = validInstance.filter(
      ({ transferSyntax }) => transferSyntax !== TRANSFER_SYNTAX.deflatedLittleEndian,
    );
    fc.assert(
      fc.property(explicitOnly, (options) => {
        const file = makeDicom(options);
        const dataSet = dicomParser.parseDicom(file, { untilTag: 'x0020000e' });
        expect(readHeader(file, true, LIMITS)).toEqual({
          kind: 'instance',
          header: {
            uids: {
              studyInstanceUid: dataSet.string('x0020000d'),
              seriesInstanceUid: dataSet.string('x0020000e'),
              sopInstanceUid: dataSet.string('x00080018'),
            },
            sopClassUid: dataSet.string('x00080016'),
            transferSyntaxUid: dataSet.string('x00020010'),
          },
        });
      }),
    );
  });

  it('finds the UIDs that were written, deflated or not', () => {
    fc.assert(
      fc.property(validInstance, (options) => {
        expect(readHeader(makeDicom(options), true, LIMITS)).toMatchObject({
          header: {
            uids: {
              studyInstanceUid: options.study,
              seriesInstanceUid: options.series,
              sopInstanceUid: options.instance,
            },
            transferSyntaxUid: options.transferSyntax,
          },
        });
      }),
    );
  });

  it('comes to a verdict on anything that is whole', () => {
    fc.assert(
      fc.property(anything, (bytes) => {
        expect(readHeader(bytes, true, LIMITS).kind).not.toBe('more-bytes-needed');
      }),
      { numRuns: 500 },
    );
  });

  it('asks for more than it has, and for no more than the limit', () => {
    fc.assert(
      fc.property(anything, fc.nat({ max: 1200 }), (bytes, length) => {
        const prefix = bytes.subarray(0, length);
        const reading = readHeader(prefix, false, LIMITS);
        if (reading.kind !== 'more-bytes-needed') return;
        expect(reading.atLeastBytes).toBeGreaterThan(prefix.length);
        expect(reading.atLeastBytes).toBeLessThanOrEqual(Math.max(LIMITS.maxHeaderBytes, RECOGNITION_BYTES));
      }),
      { numRuns: 500 },
    );
  });

  it('does not change a verdict when more bytes come', () => {
    fc.assert(
      fc.property(anything, fc.nat({ max: 1200 }), (bytes, length) => {
        const early = readHeader(bytes.subarray(0, length), false, LIMITS);
        if (early.kind === 'more-bytes-needed') return;
        expect(readHeader(bytes, true, LIMITS)).toEqual(early);
      }),
      { numRuns: 1000 },
    );
  });

  it('comes to the same verdict by what it asks for as by all at once', () => {
    fc.assert(
      fc.property(anything, (bytes) => {
        expect(readStepByStep(bytes)).toEqual(readHeader(bytes, true, LIMITS));
      }),
      { numRuns: 500 },
    );
  });
});

function readStepByStep(bytes: Buffer): HeaderReading {
  for (let length = 0; ;) {
    const isComplete = length >= bytes.length;
    const reading = readHeader(bytes.subarray(0, length), isComplete, LIMITS);
    if (reading.kind !== 'more-bytes-needed') return reading;
    length = reading.atLeastBytes;
  }
}
