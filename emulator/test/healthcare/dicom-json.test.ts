import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDicom, TRANSFER_SYNTAX, type SyntheticDicom } from '../../../test/support/synthetic-dicom.ts';
import type { SyntheticElement } from '../../../test/support/synthetic-elements.ts';
import { toDicomJson, type DicomJson } from '../../src/healthcare/dicom/dicom-json.ts';
import { readHeader, uidOf } from '../../src/healthcare/dicom/part10.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'courier-header-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function headerOf(file: Buffer) {
  const path = join(directory, 'file.dcm');
  await writeFile(path, file);
  return readHeader(path);
}
async function jsonOf(options: SyntheticDicom): Promise<DicomJson> {
  return toDicomJson(await headerOf(makeDicom(options)), { bulkDataUri: (path) => `bulk/${path}` });
}
const withElement = (element: SyntheticElement, more: SyntheticDicom = {}) =>
  jsonOf({ ...more, elements: [element] });

/** Each representation as it is in an explicit data set, and what becomes of it. */
const VALUES: readonly (readonly [string, SyntheticElement['value'], unknown])[] = [
  ['AE', ' STATION ', ['STATION']],
  ['AS', '042Y', ['042Y']],
  ['AT', [0x00100010, 0x7fe00010], ['00100010', '7FE00010']],
  ['CS', 'A\\\\C', ['A', null, 'C']],
  ['DA', '20240229', ['20240229']],
  ['DS', '1.5\\-2e3 ', [1.5, -2000]],
  ['DS', 'about 5', ['about 5']],
  ['FD', [0.1, NaN], [0.1, 'NaN']],
  ['FL', [0.5], [0.5]],
  ['IS', '-7', [-7]],
  ['LO', ' text\\more ', ['text', 'more']],
  ['LT', ' with \\ backslash  ', [' with \\ backslash']],
  ['PN', 'A^B=\\C', [{ Alphabetic: 'A^B' }, { Alphabetic: 'C' }]],
  ['SL', [-70_000], [-70_000]],
  ['SS', [-7, 7], [-7, 7]],
  ['SV', [7], [7]],
  ['UC', 'one\\two', ['one', 'two']],
  ['UI', '1.2\\1.3', ['1.2', '1.3']],
  ['UL', [0xffffffff], [0xffffffff]],
  ['UR', 'http://x/?a\\b ', ['http://x/?a\\b']],
  ['US', [65_535], [65_535]],
  ['UT', 'unlimited ', ['unlimited']],
  ['UV', [9], [9]],
];

describe('a value in DICOM JSON', () => {
  it.each(VALUES)(
    'of representation %s is read from explicit little endian: %j',
    async (vr, value, wanted) => {
      expect((await withElement({ tag: '00091001', vr, value }))['00091001']).toEqual({ vr, Value: wanted });
    },
  );

  it.each(VALUES)('of representation %s is read from explicit big endian: %j', async (vr, value, wanted) => {
    const json = await withElement(
      { tag: '00091001', vr, value },
      { transferSyntax: TRANSFER_SYNTAX.explicitBigEndian },
    );
    expect(json['00091001']).toEqual({ vr, Value: wanted });
  });

  it.each([
    [
      'a known attribute',
      { tag: '00181030', vr: 'LO', value: 'protocol' },
      { vr: 'LO', Value: ['protocol'] },
    ],
    ['an empty known sequence', { tag: '00081032', vr: 'SQ', value: [] }, { vr: 'SQ' }],
    ['a private attribute', { tag: '00091001', vr: 'LO', value: 'AB' }, { vr: 'UN', InlineBinary: 'QUI=' }],
    ['a private creator', { tag: '00090010', vr: 'LO', value: 'ACME' }, { vr: 'LO', Value: ['ACME'] }],
    ['an overlay of a later group', { tag: '60020010', vr: 'US', value: [5] }, { vr: 'US', Value: [5] }],
    [
      'one of two representations, unsigned',
      { tag: '00280106', vr: 'US', value: [65_535] },
      { vr: 'US', Value: [65_535] },
    ],
  ])(
    'gets its representation from the dictionary in implicit little endian: %s',
    async (_, element, wanted) => {
      const json = await withElement(element, { transferSyntax: TRANSFER_SYNTAX.implicitLittleEndian });
      expect(json[element.tag]).toEqual(wanted);
    },
  );

  it('is signed in implicit little endian where the pixels are', async () => {
    const json = await jsonOf({
      transferSyntax: TRANSFER_SYNTAX.implicitLittleEndian,
      elements: [
        { tag: '00280103', vr: 'US', value: [1] },
        { tag: '00280106', vr: 'SS', value: [-1] },
      ],
    });
    expect(json['00280106']).toEqual({ vr: 'SS', Value: [-1] });
  });

  it.each([
    [
      '2,048 bytes are inline',
      { vr: 'OB', value: Buffer.alloc(2048) },
      { vr: 'OB', InlineBinary: Buffer.alloc(2048).toString('base64') },
    ],
    [
      '2,050 bytes are not',
      { vr: 'OB', value: Buffer.alloc(2050) },
      { vr: 'OB', BulkDataURI: 'bulk/00091001' },
    ],
    [
      'unknown bytes are treated alike',
      { vr: 'UN', value: Buffer.alloc(4096) },
      { vr: 'UN', BulkDataURI: 'bulk/00091001' },
    ],
    [
      '513 numbers are not inline',
      { vr: 'US', value: new Array<number>(513).fill(1) },
      { vr: 'US', BulkDataURI: 'bulk/00091001' },
    ],
    ['an empty value has no value', { vr: 'LO', value: '' }, { vr: 'LO' }],
  ])('is a reference when it is large: %s', async (_, element, wanted) => {
    expect((await withElement({ tag: '00091001', ...element }))['00091001']).toEqual(wanted);
  });

  it('has its words in little endian whatever they were in the file', async () => {
    const json = await withElement(
      { tag: '00091001', vr: 'OW', value: [0x0102] },
      { transferSyntax: TRANSFER_SYNTAX.explicitBigEndian },
    );
    expect(json['00091001']?.InlineBinary).toBe(Buffer.from([2, 1]).toString('base64'));
  });
});

describe('a data set in DICOM JSON', () => {
  it('refers to bulk data within items by the path to it', async () => {
    const inner = { tag: '7FE00010', vr: 'OB', value: Buffer.alloc(8) };
    const json = await withElement({ tag: '00880200', vr: 'SQ', value: [[inner], [inner]] });
    expect(json['00880200']?.Value).toEqual([
      { '7FE00010': { vr: 'OB', BulkDataURI: 'bulk/00880200/1/7FE00010' } },
      { '7FE00010': { vr: 'OB', BulkDataURI: 'bulk/00880200/2/7FE00010' } },
    ]);
  });

  it('lacks a sequence of more than 1 MiB', async () => {
    const item = [{ tag: '00081155', vr: 'UI', value: '1.2.3' }];
    const sequenceOf = (count: number) => ({
      tag: '00081199',
      vr: 'SQ',
      value: new Array<typeof item>(count).fill(item),
    });
    expect((await withElement(sequenceOf(47_000)))['00081199']?.Value).toHaveLength(47_000);
    expect((await withElement(sequenceOf(48_000)))['00081199']).toBeUndefined();
  });

  it('says that its texts are UTF-8 now, and has neither group lengths nor file meta information', async () => {
    const json = await withElement({ tag: '00080000', vr: 'UL', value: [7] });
    expect(json['00080005']).toEqual({ vr: 'CS', Value: ['ISO_IR 192'] });
    expect(Object.keys(json).filter((tag) => tag < '00080005')).toEqual([]);
  });

  it('uses the character set of an item for that item only', async () => {
    const name = (bytes: Buffer) => ({ tag: '00100010', vr: 'PN', value: bytes });
    const json = await jsonOf({
      elements: [
        name(Buffer.from([0xe4])),
        {
          tag: '00081140',
          vr: 'SQ',
          value: [[{ tag: '00080005', vr: 'CS', value: 'ISO_IR 192' }, name(Buffer.from('ä'))]],
        },
      ],
    });
    expect(json['00100010']?.Value).toEqual([{ Alphabetic: 'ä' }]);
    expect(json['00081140']?.Value).toMatchObject([{ '00100010': { Value: [{ Alphabetic: 'ä' }] } }]);
  });
});

describe('a header', () => {
  it.each([
    ['64 KiB', 70_000],
    ['1 MiB', 1_500_000],
  ])('is found behind an element that fills the first %s', async (_, length) => {
    for (const transferSyntax of [
      TRANSFER_SYNTAX.explicitLittleEndian,
      TRANSFER_SYNTAX.deflatedLittleEndian,
    ]) {
      const elements = [{ tag: '00091001', vr: 'OB', value: Buffer.alloc(length, 'padding') }];
      const header = await headerOf(
        makeDicom({ transferSyntax, series: '1.2.3', elements, pixelBytes: 65_536 * 4 }),
      );
      expect(uidOf(header, '0020000E')).toBe('1.2.3');
      expect(header.problem).toBeUndefined();
    }
  });

  it('does not have the pixel data in memory', async () => {
    const header = await headerOf(makeDicom({ pixelBytes: 65_536 * 64 }));
    expect(header.elements.get('7FE00010')?.length).toBe(65_536 * 64);
    expect(header.bytes.length).toBe(65_536);
  });

  it('is read past an offset table in a representation that dicom-parser does not know', async () => {
    const header = await headerOf(makeDicom({ elements: [{ tag: '7FE00001', vr: 'OV', value: [0, 1, 2] }] }));
    expect(header.elements.get('7FE00001')?.length).toBe(24);
    expect(header.elements.has('7FE00010')).toBe(true);
  });

  it('has what came before the damage, and says what is wrong', async () => {
    const deflated = makeDicom({ transferSyntax: TRANSFER_SYNTAX.deflatedLittleEndian });
    const header = await headerOf(deflated.subarray(0, -40));
    expect(header.problem).toMatch(/unexpected end of file/);
    const cut = makeDicom({ omit: ['7FE00010'] }).subarray(0, -5);
    expect((await headerOf(cut)).problem).toBeDefined();
  });
});
