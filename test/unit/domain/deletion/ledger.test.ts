import { describe, expect, it } from '@jest/globals';
import {
  isOpen,
  operationsOf,
  parseLedgerEntry,
  type LedgerEntry,
} from '../../../../src/domain/deletion/ledger.ts';
import { targetResult } from '../../../../src/domain/deletion/target-result.ts';

const ENTRY: LedgerEntry = {
  target: '1.1/1.1.1',
  round: 1,
  phase: 'running',
  instances: { '1.1.1': ['1.1.1.1'] },
  commands: ['erase-7'],
  lease: { holder: 'h', until: 5 },
  notBefore: 3,
  byInstance: false,
  cancelOnArrival: false,
  tombstoneBefore: null,
  requests: 2,
  refusals: 0,
  firstRequestedAt: 1,
  requestedAt: 2,
  operation: { name: 'projects/p/locations/l/datasets/d/operations/1', startedAt: 2 },
  end: null,
  endedAt: null,
  leftoverRounds: 0,
  isReportedStuck: false,
  result: null,
};

describe('a ledger entry', () => {
  it.each<Partial<LedgerEntry>>([
    {},
    { end: { kind: 'gone' } },
    { end: { kind: 'done' } },
    { end: { kind: 'clean', success: 3 } },
    { end: { kind: 'partial', success: 3, failure: 1 } },
    { end: { kind: 'error', code: 13 } },
    { end: { kind: 'cancelled' } },
    { operation: null, tombstoneBefore: { deletedAt: null, hasInstances: false } },
    { phase: 'ended', result: targetResult('deleted', { counts: { deleted: 1 } }) },
  ])('is read as it was written: %j', (changes) => {
    const entry = { ...ENTRY, ...changes };
    expect(parseLedgerEntry(JSON.parse(JSON.stringify(entry)))).toEqual(entry);
  });

  it.each<object>([{ phase: 'deleting' }, { requests: -1 }, { end: { kind: 'over' } }, { instances: ['1'] }])(
    'does not guess at %j',
    (changes) => {
      expect(() => parseLedgerEntry({ ...ENTRY, ...changes })).toThrow('Invalid');
    },
  );

  it.each([
    ['planned', false],
    ['requested', true],
    ['running', true],
    ['ended', false],
  ] as const)('of phase %s: that something may be under way is %p', (phase, isUnderWay) => {
    expect(isOpen({ phase })).toBe(isUnderWay);
  });

  it.each([
    ['1.1', 2],
    ['1.1/1.1.1', 2],
    ['1.1/1.1.1/1.1.1.1', 0],
  ])('of %s with two requests counts %i operations', (target, operations) => {
    expect(operationsOf({ ...ENTRY, target })).toBe(operations);
  });

  it('has to name a target', () => {
    expect(() => operationsOf({ ...ENTRY, target: '1//2' })).toThrow('names no target');
  });
});
