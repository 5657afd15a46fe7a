import { describe, expect, it } from '@jest/globals';
import { dayBefore, formatDay, parseDicomDate, parsePeriod } from '../../../../src/domain/deletion/period.ts';

describe('a period', () => {
  it.each([
    ['P1Y', { months: 12, days: 0 }],
    ['P18M', { months: 18, days: 0 }],
    ['P2W', { months: 0, days: 14 }],
    ['P365D', { months: 0, days: 365 }],
    ['P1Y2M3W4D', { months: 14, days: 25 }],
    ['P0Y1D', { months: 0, days: 1 }],
  ])('is %s', (text, period) => {
    expect(parsePeriod(text)).toEqual(period);
  });

  it.each([
    '',
    'P',
    'P0D',
    'P0Y0M0W0D',
    'P-1D',
    'P1.5Y',
    'PT1H',
    'P1DT1H',
    '1D',
    'P1D ',
    'P1M1Y',
    'p1d',
    'P9999999D',
  ])('is not %j', (text) => {
    expect(parsePeriod(text)).toBeUndefined();
  });
});

describe('the day before a moment', () => {
  it.each([
    ['2026-03-01T00:00:00Z', 'P1D', '2026-02-28'],
    ['2024-03-01T23:59:59Z', 'P1D', '2024-02-29'],
    ['2026-03-31T12:00:00Z', 'P1M', '2026-02-28'],
    ['2024-02-29T12:00:00Z', 'P1Y', '2023-02-28'],
    ['2026-01-31T12:00:00Z', 'P2M1D', '2025-11-29'],
    ['2026-11-27T12:00:00Z', 'P1Y1W', '2025-11-20'],
    ['2026-11-27T12:00:00Z', 'P9999Y', '1970-01-01'],
  ])('of %s, less %s, is %s', (now, period, day) => {
    const parsed = parsePeriod(period) ?? { months: NaN, days: NaN };
    expect(dayBefore(Date.parse(now), parsed)).toBe(day);
  });

  it('is written as in UTC', () => {
    expect(formatDay(Date.parse('2026-11-27T23:30:00-05:00'))).toBe('2026-11-28');
  });
});

describe('a DICOM date', () => {
  it.each([
    ['20240229', '2024-02-29'],
    ['20240229 ', '2024-02-29'],
    ['19991231', '1999-12-31'],
    ['20230229', undefined],
    ['20241301', undefined],
    ['20240100', undefined],
    ['00500101', undefined],
    ['2024-01-01', undefined],
    ['202401', undefined],
    ['', undefined],
  ])('%j names the day %s', (text, day) => {
    expect(parseDicomDate(text)).toBe(day);
  });
});
