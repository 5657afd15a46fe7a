import { describe, expect, it } from '@jest/globals';
import { MAX_UID_LENGTH, isUid } from '../../../../src/domain/dicom/uid.ts';

describe('isUid', () => {
  it.each([
    ['a usual one', '1.2.840.10008.1.2'],
    ['a single component', '1'],
    ['a component with leading zeros, as archives are full of', '1.02.003'],
    ['the longest that is allowed', '1'.repeat(MAX_UID_LENGTH)],
  ])('accepts %s', (_name, text) => {
    expect(isUid(text)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['one more than the longest', '1'.repeat(MAX_UID_LENGTH + 1)],
    ['a leading period', '.1.2'],
    ['a trailing period', '1.2.'],
    ['two periods in a row', '1..2'],
    ['a letter', '1.2.a'],
    ['padding', '1.2 '],
    ['a line break at its end', '1.2\n'],
    ['several values', '1.2\\1.3'],
    ['a path', '1/../2'],
    ['digits of another script', '1.٢'],
  ])('refuses %s', (_name, text) => {
    expect(isUid(text)).toBe(false);
  });
});
