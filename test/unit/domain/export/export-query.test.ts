import { describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import {
  exportQuerySchema,
  formatDates,
  halveDates,
  isStudyQuery,
  matchesQuery,
  parseDates,
  queryFilter,
} from '../../../../src/domain/export/export-query.ts';

describe('a query', () => {
  it.each([
    ['nothing', {}],
    ['an attribute that no store can search for', { BodyPartExamined: 'HEAD' }],
    ['an empty value', { PatientID: '' }],
    ['a wildcard', { PatientID: 'A*' }],
    ['several values', { PatientID: 'A\\B' }],
    ['blanks around a value', { PatientID: ' A' }],
    ['a control character', { PatientID: 'A\u0000' }],
    ['no text', { PatientID: 7 }],
    ['a date that is none', { StudyDate: '20200230' }],
    ['a UID that is none', { StudyInstanceUID: '1.2.x' }],
  ])('is refused for %s', (_name, query) => {
    expect(v.safeParse(exportQuerySchema, query).success).toBe(false);
  });

  it('is a filter by tag', () => {
    expect(queryFilter({ StudyDate: '20200101', Modality: 'MR' })).toEqual({
      '00080020': '20200101',
      '00080060': 'MR',
    });
    expect(isStudyQuery({ PatientID: 'A' })).toBe(true);
    expect(isStudyQuery({ PatientID: 'A', Modality: 'MR' })).toBe(false);
    expect(isStudyQuery({ SeriesInstanceUID: '1.2' })).toBe(false);
  });

  it.each([
    ['all of it', { '00100020': ['A '], '00080020': ['20200615'] }, true],
    ['another patient', { '00100020': ['B'], '00080020': ['20200615'] }, false],
    ['another case', { '00100020': ['a'], '00080020': ['20200615'] }, false],
    ['no patient', { '00080020': ['20200615'] }, false],
    ['the day before', { '00100020': ['A'], '00080020': ['20191231'] }, false],
    ['the day after', { '00100020': ['A'], '00080020': ['20210101'] }, false],
    ['no date', { '00100020': ['A'], '00080020': [] }, false],
  ])('is matched by an instance that has %s: %j %s', (_name, attributes, isMatch) => {
    expect(matchesQuery({ PatientID: 'A', StudyDate: '20200101-20201231' }, attributes)).toBe(isMatch);
  });
});

describe('dates', () => {
  it.each([
    ['20200229', '20200229', '20200229'],
    ['20200101-20200105', '20200101', '20200105'],
    ['20200101-', '20200101', '99991231'],
    ['-20200101', '00010101', '20200101'],
  ])('%s are %s to %s', (text, first, last) => {
    expect(parseDates(text)).toEqual({ first, last });
  });

  it.each(['', '-', '2020', '20201301', '20200102-20200101', '20200101-2020010', '2020010120200102'])(
    'are not %p',
    (text) => {
      expect(parseDates(text)).toBeUndefined();
    },
  );

  it('are halved without a gap, down to a day', () => {
    expect(halveDates({ first: '20200101', last: '20200101' })).toBeUndefined();
    const [left, right] = halveDates({ first: '20200228', last: '20200301' }) ?? [];
    expect([left, right]).toEqual([
      { first: '20200228', last: '20200229' },
      { first: '20200301', last: '20200301' },
    ]);
    expect(formatDates({ first: '20200228', last: '20200229' })).toBe('20200228-20200229');
    expect(formatDates({ first: '20200301', last: '20200301' })).toBe('20200301');
  });
});
