import { beforeAll, expect, it } from '@jest/globals';
import type { Target } from '../../../src/domain/dicom/target.ts';
import type { DicomSearch, FoundAttributes, SearchQuery } from '../../../src/ports/dicom-search.ts';
import { failureOf } from '../../support/blocks.ts';
import { uid, type SyntheticDicom } from '../../support/synthetic-dicom.ts';
import { describeSearches } from './searches.ts';

const { signal } = new AbortController();
const STUDY = '0020000D';
const SERIES = '0020000E';
const INSTANCE = '00080018';
const PATIENT_NAME = '00100010';
const STUDY_DATE = '00080020';
const MODALITY = '00080060';

const study = (number: number): string => uid('searched', number);
const series = (number: number, part: number): string => uid('searched', number, part);
const instance = (number: number, part: number, one: number): string => uid('searched', number, part, one);

/** Three studies of two series of three instances. */
const files: SyntheticDicom[] = [1, 2, 3].flatMap((number) =>
  [1, 2].flatMap((part) =>
    [1, 2, 3].map((one) => ({
      study: study(number),
      series: series(number, part),
      instance: instance(number, part, one),
      patientName: `Family${number}^Given`,
      patientId: `PID-${number}`,
      studyDate: `2024010${number}`,
      modality: part === 1 ? 'CT' : 'MR',
    })),
  ),
);

const within = (number: number, part?: number, one?: number): Target => ({
  studyInstanceUid: study(number),
  seriesInstanceUid: part === undefined ? null : series(number, part),
  sopInstanceUid: part === undefined || one === undefined ? null : instance(number, part, one),
});

describeSearches('the search of a store', (subject) => {
  beforeAll(() => subject().fill(files));

  const find = (query: Partial<SearchQuery>): Promise<readonly FoundAttributes[]> =>
    subject().search.search({ level: 'instances', within: null, limit: 1000, offset: 0, ...query }, signal);
  const found = async (tag: string, query: Partial<SearchQuery>): Promise<(string | undefined)[]> =>
    (await find(query)).map((row) => row[tag]?.[0]).sort();

  it('finds all studies, series and instances', async () => {
    expect(await found(STUDY, { level: 'studies' })).toEqual([1, 2, 3].map(study).sort());
    expect(await find({ level: 'series' })).toHaveLength(6);
    expect(await find({ level: 'instances' })).toHaveLength(18);
  });

  it('gives the UIDs of every level down to its own unasked, and nothing else', async () => {
    const [anyStudy] = await find({ level: 'studies', within: within(2) });
    expect(anyStudy).toEqual({ [STUDY]: [study(2)] });
    const [anySeries] = await find({ level: 'series', within: within(2, 1) });
    expect(anySeries).toEqual({ [STUDY]: [study(2)], [SERIES]: [series(2, 1)] });
    const [anyInstance] = await find({ level: 'instances', within: within(2, 1, 3) });
    expect(anyInstance).toEqual({
      [STUDY]: [study(2)],
      [SERIES]: [series(2, 1)],
      [INSTANCE]: [instance(2, 1, 3)],
    });
  });

  it('stays within a study, a series, or an instance', async () => {
    expect(await found(SERIES, { level: 'series', within: within(1) })).toEqual(
      [series(1, 1), series(1, 2)].sort(),
    );
    expect(await found(INSTANCE, { within: within(1, 2) })).toEqual(
      [1, 2, 3].map((one) => instance(1, 2, one)).sort(),
    );
    expect(await find({ within: within(3) })).toHaveLength(6);
    expect(await found(INSTANCE, { within: within(3, 1, 2) })).toEqual([instance(3, 1, 2)]);
  });

  it('gives attributes that it is asked for, as texts', async () => {
    const [row] = await find({ level: 'studies', within: within(2), include: [PATIENT_NAME, STUDY_DATE] });
    expect(row).toMatchObject({ [PATIENT_NAME]: ['Family2^Given'], [STUDY_DATE]: ['20240102'] });
    const [part] = await find({ level: 'series', within: within(2, 2), include: [MODALITY] });
    expect(part).toMatchObject({ [MODALITY]: ['MR'] });
  });

  it('leaves out what has no value', async () => {
    const [row] = await find({ level: 'studies', within: within(2), include: ['00081030'] });
    expect(row).not.toHaveProperty('00081030');
  });

  it.each([
    ['a patient', { '00100020': 'PID-2' }, [2]],
    ['a day', { [STUDY_DATE]: '20240103' }, [3]],
    ['days', { [STUDY_DATE]: '20240101-20240102' }, [1, 2]],
    ['days up to one', { [STUDY_DATE]: '-20240102' }, [1, 2]],
    ['days from one', { [STUDY_DATE]: '20240102-' }, [2, 3]],
    ['both', { '00100020': 'PID-1', [STUDY_DATE]: '20240102-' }, []],
  ])('finds the studies of %s', async (_what, filter, numbers) => {
    expect(await found(STUDY, { level: 'studies', filter })).toEqual(numbers.map(study).sort());
  });

  it('finds an instance by its UID, and series by their modality', async () => {
    const filter = { [INSTANCE]: instance(2, 1, 1) };
    expect(await found(INSTANCE, { within: within(2), filter })).toEqual([instance(2, 1, 1)]);
    expect(await found(SERIES, { level: 'series', filter: { [MODALITY]: 'MR' } })).toEqual(
      [1, 2, 3].map((number) => series(number, 2)).sort(),
    );
  });

  it('comes whole, page by page, until one is empty', async () => {
    const seen: (string | undefined)[] = [];
    for (let offset = 0; ; offset = seen.length) {
      const page = await find({ limit: 5, offset });
      expect(page.length).toBeLessThanOrEqual(5);
      if (page.length === 0) break;
      seen.push(...page.map((row) => row[INSTANCE]?.[0]));
    }
    expect(seen.sort()).toEqual(files.map((file) => file.instance).sort());
  });

  it.each(['studies', 'series', 'instances'] as const)(
    'finds no %s of a study, or of a series, that is not there',
    async (level) => {
      const nowhere = { studyInstanceUid: uid('nowhere'), seriesInstanceUid: null, sopInstanceUid: null };
      expect(await find({ level, within: nowhere })).toEqual([]);
      const noSeries = { ...nowhere, seriesInstanceUid: uid('nowhere', 1) };
      expect(await find({ level, within: noSeries })).toEqual([]);
    },
  );

  it('is given up when the signal is aborted', async () => {
    const search: DicomSearch = subject().search;
    const aborted = AbortSignal.abort(new Error('enough'));
    const query = { level: 'studies', within: null, limit: 1, offset: 0 } as const;
    await expect(failureOf(search.search(query, aborted))).resolves.toMatchObject({ message: 'enough' });
  });
});
