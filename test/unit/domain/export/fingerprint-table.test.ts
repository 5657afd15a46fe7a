import { describe, expect, it } from '@jest/globals';
import { FingerprintTable } from '../../../../src/domain/export/fingerprint-table.ts';

describe('FingerprintTable', () => {
  it('tells new keys, known ones, and known ones with another value', () => {
    const table = new FingerprintTable();
    expect(table.put('name', 'one')).toBe('new');
    expect(table.put('name', 'one')).toBe('same');
    expect(table.put('name', 'two')).toBe('other');
    expect(table.put('name', 'one')).toBe('same');
    expect(table.size).toBe(1);
  });

  it('has what was put, and nothing else', () => {
    const table = new FingerprintTable();
    table.put('a');
    expect([table.has('a'), table.has('b')]).toEqual([true, false]);
  });

  it('grows without losing anything', () => {
    const table = new FingerprintTable(2);
    const keys = Array.from({ length: 5000 }, (_, index) => `key ${index}`);
    for (const key of keys) expect(table.put(key, `of ${key}`)).toBe('new');
    for (const key of keys) expect(table.put(key, `of ${key}`)).toBe('same');
    expect(keys.some((key) => table.has(`other ${key}`))).toBe(false);
    expect(table.size).toBe(5000);
  });
});
