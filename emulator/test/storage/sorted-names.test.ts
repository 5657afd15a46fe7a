import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareUtf8, SortedNames } from '../../src/storage/sorted-names.ts';

const names = fc.array(fc.string({ unit: 'binary', maxLength: 6 }));
const byBytes = (left: string, right: string): number =>
  Buffer.compare(Buffer.from(left), Buffer.from(right));

describe('sorted names', () => {
  it('compares as the UTF-8 bytes do', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (left, right) => {
        expect(Math.sign(compareUtf8(left, right))).toBe(byBytes(left, right));
      }),
    );
  });

  it('holds each added name once, in order, whatever the order of adding and removing', () => {
    fc.assert(
      fc.property(names, names, (added, removed) => {
        const sorted = new SortedNames();
        for (const name of added) sorted.add(name);
        for (const name of removed) sorted.remove(name);
        const held = Array.from({ length: sorted.length }, (_, index) => sorted.at(index));
        expect(held).toEqual([...new Set(added)].filter((name) => !removed.includes(name)).sort(byBytes));
      }),
    );
  });

  it('finds the end of the names with a prefix', () => {
    fc.assert(
      fc.property(names, fc.string({ unit: 'binary', maxLength: 2 }), (added, prefix) => {
        const sorted = new SortedNames();
        for (const name of added) sorted.add(name);
        const all = Array.from({ length: sorted.length }, (_, index) => sorted.at(index) ?? '');
        const inside = all.slice(sorted.lowerBound(prefix), sorted.afterPrefix(prefix));
        expect(inside).toEqual(all.filter((name) => name.startsWith(prefix)));
      }),
    );
  });
});
