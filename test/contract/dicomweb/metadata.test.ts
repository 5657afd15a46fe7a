import { beforeAll, expect, it } from '@jest/globals';
import {
  makeDicom,
  TRANSFER_SYNTAX,
  tripleOf,
  uid,
  type SyntheticDicom,
} from '../../support/synthetic-dicom.ts';
import { get, rowsOf, store, valueOf, type Row } from './client.ts';
import { describeTargets, type Target } from './targets.ts';

async function metadata(
  target: Target,
  { study, series, instance }: Partial<ReturnType<typeof tripleOf>>,
): Promise<Row[]> {
  let path = `/studies/${study}`;
  if (series !== undefined) path += `/series/${series}`;
  if (instance !== undefined) path += `/instances/${instance}`;
  return rowsOf(await get(target, `${path}/metadata`, 'application/dicom+json'));
}

async function metadataOf(target: Target, options: SyntheticDicom): Promise<Row> {
  await store(target, [makeDicom(options)]);
  const [row = {}] = await metadata(target, tripleOf(options));
  return row;
}

describeTargets('DICOMweb metadata', (target) => {
  const seed = 'levels';
  beforeAll(async () => {
    const files = [1, 2, 3].map((number) =>
      makeDicom({ seed, series: uid(seed, number % 2), instance: uid(seed, 'instance', number) }),
    );
    await store(target(), files);
  });

  it('describes each instance of a study', async () => {
    expect(await metadata(target(), { study: tripleOf({ seed }).study })).toHaveLength(3);
  });

  it('describes each instance of a series', async () => {
    const rows = await metadata(target(), { study: tripleOf({ seed }).study, series: uid(seed, 1) });
    const wanted = [uid(seed, 'instance', 1), uid(seed, 'instance', 3)].sort();
    expect(rows.map((row) => valueOf(row, '00080018')).sort()).toEqual(wanted);
  });

  it('answers 404 for a study that is not there', async () => {
    expect((await get(target(), `/studies/${uid('nowhere')}/metadata`)).status).toBe(404);
  });

  it.each([
    ['implicit VR little endian', TRANSFER_SYNTAX.implicitLittleEndian],
    ['explicit VR little endian', TRANSFER_SYNTAX.explicitLittleEndian],
    ['deflated explicit VR little endian', TRANSFER_SYNTAX.deflatedLittleEndian],
    ['explicit VR big endian', TRANSFER_SYNTAX.explicitBigEndian],
    ['an encapsulated transfer syntax', TRANSFER_SYNTAX.jpegBaseline],
  ])('reads %s', async (name, transferSyntax) => {
    const options = { seed: name, transferSyntax, instanceNumber: 7, modality: 'CT' };
    const row = await metadataOf(target(), options);
    expect(row).toMatchObject({
      '00080018': { vr: 'UI', Value: [tripleOf(options).instance] },
      '00080060': { vr: 'CS', Value: ['CT'] },
      '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Synthetic^Sam' }] },
      '00200013': { vr: 'IS', Value: [7] },
      '00280010': { vr: 'US', Value: [1] },
    });
  });

  it('reads sequences, with items in them', async () => {
    const row = await metadataOf(target(), {
      seed: 'sequence',
      elements: [
        {
          tag: '00081032',
          vr: 'SQ',
          value: [
            [
              { tag: '00080100', vr: 'SH', value: 'CODE' },
              { tag: '00080104', vr: 'LO', value: 'meaning' },
            ],
          ],
        },
      ],
    });
    const [item] = (row['00081032']?.Value ?? []) as Row[];
    expect([valueOf(item ?? {}, '00080100'), valueOf(item ?? {}, '00080104')]).toEqual(['CODE', 'meaning']);
  });

  it.each([
    ['Latin-1', 'ISO_IR 100', Buffer.from('Müller^Jürgen ', 'latin1'), { Alphabetic: 'Müller^Jürgen' }],
    [
      'UTF-8',
      'ISO_IR 192',
      Buffer.from('Wang^XiaoDong=王^小东', 'utf8'),
      { Alphabetic: 'Wang^XiaoDong', Ideographic: '王^小东' },
    ],
    // Yamada^Tarou=山田^太郎, the example of PS3.5 annex H.
    [
      'ISO 2022',
      '\\ISO 2022 IR 87',
      Buffer.from('Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B', 'latin1'),
      { Alphabetic: 'Yamada^Tarou', Ideographic: '山田^太郎' },
    ],
  ])('turns names in %s into UTF-8', async (name, characterSet, value, wanted) => {
    const row = await metadataOf(target(), {
      seed: `charset ${name}`,
      elements: [
        { tag: '00080005', vr: 'CS', value: characterSet },
        { tag: '00100010', vr: 'PN', value },
      ],
    });
    expect(valueOf(row, '00100010')).toEqual(wanted);
  });

  it('refers to the pixel data instead of containing it', async () => {
    const row = await metadataOf(target(), { seed: 'bulk', pixelBytes: 65_536 });
    expect(row['7FE00010']?.BulkDataURI).toContain(tripleOf({ seed: 'bulk' }).instance);
  });
});
