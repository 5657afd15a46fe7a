import { describe, expect, it } from '@jest/globals';
import type { Level } from '../../src/healthcare/dicomweb/paths.ts';
import { parseSearchQuery } from '../../src/healthcare/dicomweb/search-query.ts';
import { DEFAULT_SWITCHES, type HealthcareSwitches } from '../../src/healthcare/switches.ts';

function parse(level: Level, query: string, aboveMaximum: HealthcareSwitches['aboveMaximum'] = 'clamp') {
  return parseSearchQuery(level, new URLSearchParams(query), { ...DEFAULT_SWITCHES, aboveMaximum });
}

describe('the page of a search', () => {
  it.each([
    ['study', '', 100],
    ['series', '', 100],
    ['instance', '', 1000],
    ['study', 'limit=5000', 5000],
    ['study', 'limit=5001', 5000],
    ['series', 'limit=70000', 5000],
    ['instance', 'limit=50000', 50_000],
    ['instance', 'limit=50001', 50_000],
  ] as const)('of level %s for "%s" has at most %d entries', (level, query, limit) => {
    expect(parse(level, query).limit).toBe(limit);
  });

  it.each([
    ['study', 'limit=5001'],
    ['instance', 'limit=50001'],
    ['instance', 'offset=1000001'],
  ] as const)('of level %s for "%s" is refused when told so', (level, query) => {
    expect(() => parse(level, query, 'reject')).toThrow('above the maximum');
  });

  it('begins at 1,000,000 at the latest', () => {
    expect(parse('instance', 'offset=1000000', 'reject').offset).toBe(1_000_000);
    expect(parse('instance', 'offset=1000001').offset).toBe(1_000_000);
  });
});

describe('a filter by StudyDate', () => {
  it.each([
    ['20240229', '20240229', true],
    ['20240229', '20240301', false],
    ['20240228-20240301', '20240229', true],
    ['20240229-20240229', '20240229', true],
    ['20240301-', '20240229', false],
    ['-20240228', '20240229', false],
    ['-20240301', '', false],
  ])('%s on %s is %s', (wanted, date, matches) => {
    const [filter] = parse('study', `StudyDate=${wanted}`).filters;
    expect(filter?.matches(date)).toBe(matches);
  });
});
