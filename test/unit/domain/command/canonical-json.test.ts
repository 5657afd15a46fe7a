import { describe, expect, it } from '@jest/globals';
import { hashContent } from '../../../../src/domain/command/canonical-json.ts';

describe('the hash of a content', () => {
  it.each([
    [
      { a: 1, b: { d: [1, 2], c: null } },
      { b: { c: null, d: [1, 2] }, a: 1 },
    ],
    [{ a: 1, b: undefined }, { a: 1 }],
    [{ 'a"': 'ü' }, { 'a"': 'ü' }],
  ])('is the same of %j and %j', (a, b) => {
    expect(hashContent(a)).toBe(hashContent(b));
    expect(hashContent(a)).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: 1 }, { a: '1' }],
    [{ a: null }, {}],
    [{ a: { b: 1 } }, { a: 1, b: 1 }],
    [['1,2'], ['1', '2']],
  ])('is not the same of %j and %j', (a: unknown, b: unknown) => {
    expect(hashContent(a)).not.toBe(hashContent(b));
  });
});
