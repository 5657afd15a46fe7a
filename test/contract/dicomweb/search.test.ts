import { beforeAll, expect, it } from '@jest/globals';
import { makeDicom, tripleOf, uid, type SyntheticDicom } from '../../support/synthetic-dicom.ts';
import { get, rowsOf, store, valueOf } from './client.ts';
import { describeTargets, type Target } from './targets.ts';

const STUDY = '0020000D';
const SERIES = '0020000E';
const INSTANCE = '00080018';

/** Three studies of two series of four instances. */
const options: SyntheticDicom[] = [1, 2, 3].flatMap((study) =>
  [1, 2].flatMap((series) =>
    [1, 2, 3, 4].map((instance) => ({
      study: uid('searched', study),
      series: uid('searched', study, series),
      instance: uid('searched', study, series, instance),
      patientName: `Family${study}^Given`,
      patientId: `PID-${study}`,
      accessionNumber: `ACC-${study}`,
      studyDate: `2024010${study}`,
      modality: series === 1 ? 'CT' : 'MR',
      instanceNumber: instance,
    })),
  ),
);
const study = (number: number) => uid('searched', number);

async function found(target: Target, path: string, tag: string): Promise<unknown[]> {
  const answer = await get(target, path, 'application/dicom+json');
  return rowsOf(answer)
    .map((row) => valueOf(row, tag))
    .sort();
}

describeTargets('DICOMweb search', (target) => {
  beforeAll(async () => {
    await store(target(), options.map(makeDicom));
  });

  it('lists all studies', async () => {
    expect(await found(target(), '/studies', STUDY)).toEqual([study(1), study(2), study(3)].sort());
  });

  it.each([
    ['StudyInstanceUID', `StudyInstanceUID=${study(2)}`, [study(2)]],
    ['a tag instead of a keyword', `0020000D=${study(2)}`, [study(2)]],
    ['PatientID', 'PatientID=PID-2', [study(2)]],
    ['PatientName', 'PatientName=Family3^Given', [study(3)]],
    ['AccessionNumber', 'AccessionNumber=ACC-1', [study(1)]],
    ['StudyDate', 'StudyDate=20240102', [study(2)]],
    ['a range of StudyDate', 'StudyDate=20240102-20240103', [study(2), study(3)]],
    ['a range of StudyDate without an end', 'StudyDate=20240103-', [study(3)]],
    ['a range of StudyDate without a beginning', 'StudyDate=-20240101', [study(1)]],
    ['two attributes, both of which must match', 'PatientID=PID-1&StudyDate=20240102', []],
    ['a value that nothing has', 'PatientID=NOBODY', []],
  ])('finds studies by %s', async (_, query, wanted) => {
    expect(await found(target(), `/studies?${query}`, STUDY)).toEqual(wanted.toSorted());
  });

  it('lists the series of a study', async () => {
    const wanted = [uid('searched', 1, 1), uid('searched', 1, 2)].sort();
    expect(await found(target(), `/studies/${study(1)}/series`, SERIES)).toEqual(wanted);
  });

  it('finds series of the whole store by Modality', async () => {
    const wanted = [1, 2, 3].map((number) => uid('searched', number, 2)).sort();
    expect(await found(target(), '/series?Modality=MR', SERIES)).toEqual(wanted);
  });

  it('lists the instances of a series and of a study', async () => {
    const ofSeries = `/studies/${study(2)}/series/${uid('searched', 2, 1)}/instances`;
    const wanted = [1, 2, 3, 4].map((number) => uid('searched', 2, 1, number)).sort();
    expect(await found(target(), ofSeries, INSTANCE)).toEqual(wanted);
    expect(await found(target(), `/studies/${study(2)}/instances`, INSTANCE)).toHaveLength(8);
  });

  it('finds an instance of the whole store by its UID', async () => {
    const { instance } = tripleOf(options[5] ?? {});
    expect(await found(target(), `/instances?SOPInstanceUID=${instance}`, INSTANCE)).toEqual([instance]);
  });

  it('returns the UIDs of study and series with instances that were asked for them', async () => {
    const [first = {}] = options;
    const query = `SOPInstanceUID=${tripleOf(first).instance}&includefield=0020000D&includefield=0020000E`;
    const [row = {}] = rowsOf(await get(target(), `/instances?${query}`));
    expect([valueOf(row, STUDY), valueOf(row, SERIES)]).toEqual([first.study, first.series]);
  });

  it('pages through all instances without losing or repeating one', async () => {
    const seen: unknown[] = [];
    for (let offset = 0; ; offset += 5) {
      const page = await found(target(), `/instances?limit=5&offset=${offset}`, INSTANCE);
      seen.push(...page);
      if (page.length === 0) break;
      expect(page.length).toBe(Math.min(5, options.length - offset));
    }
    expect(seen.sort()).toEqual(options.map(({ instance }) => instance).sort());
  });

  it('finds nothing in a study that is not there', async () => {
    expect(await found(target(), `/studies/${uid('nowhere')}/series`, SERIES)).toEqual([]);
  });
});
