import { describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import {
  countInstances,
  digestOf,
  hasInstance,
  instanceSetSchema,
  instancesOf,
  intersect,
  isSameDigest,
  subtract,
  toInstanceSet,
} from '../../../../src/domain/deletion/instance-set.ts';

const instance = (seriesInstanceUid: string, sopInstanceUid: string) => ({
  seriesInstanceUid,
  sopInstanceUid,
});

describe('a set of instances', () => {
  it('has each once, by series, however often and in whatever order they are found', () => {
    const found = [instance('2', '9'), instance('1', '5'), instance('2', '3'), instance('2', '9')];
    expect(toInstanceSet(found)).toEqual({ '2': ['3', '9'], '1': ['5'] });
  });

  it('keeps instances of two series apart that share a SOP instance UID', () => {
    const set = toInstanceSet([instance('1', '5'), instance('2', '5')]);
    expect(countInstances(set)).toBe(2);
    expect([...instancesOf(set)]).toEqual([instance('1', '5'), instance('2', '5')]);
  });

  it('says what it holds', () => {
    const has = hasInstance({ '1': ['5'] });
    expect([has(instance('1', '5')), has(instance('1', '6')), has(instance('2', '5'))]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('has what is also in another, and what is not', () => {
    const a = { '1': ['5', '6'], '2': ['7'], '3': ['8'] };
    const b = { '1': ['6'], '3': ['8'], '4': ['7'] };
    expect(intersect(a, b)).toEqual({ '1': ['6'], '3': ['8'] });
    expect(subtract(a, b)).toEqual({ '1': ['5'], '2': ['7'] });
  });

  it('is read from a document, and nothing else is', () => {
    expect(v.parse(instanceSetSchema, { '1': ['5'] })).toEqual({ '1': ['5'] });
    expect(() => v.parse(instanceSetSchema, { '1': '5' })).toThrow('Invalid');
  });
});

describe('the digest of a set of instances', () => {
  const set = { '1': ['5', '6'], '2': ['7'] };

  it('is the same in any order', () => {
    const other = digestOf({ '2': ['7'], '1': ['6', '5'] });
    expect(isSameDigest(digestOf(set), other)).toBe(true);
    expect(other.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['one more', { '1': ['5', '6'], '2': ['7', '8'] }],
    ['one fewer', { '1': ['5', '6'] }],
    ['another', { '1': ['5', '6'], '2': ['8'] }],
    ['one of them in another series', { '1': ['5'], '2': ['6', '7'] }],
  ])('tells a set with %s from it', (_, other) => {
    expect(isSameDigest(digestOf(set), digestOf(other))).toBe(false);
  });

  it('is all zeros of nothing', () => {
    expect(digestOf({})).toEqual({ count: 0, digest: '0'.repeat(64) });
  });
});
