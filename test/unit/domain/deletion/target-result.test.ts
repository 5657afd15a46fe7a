import { describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import { operationEndSchema } from '../../../../src/domain/deletion/operation-end.ts';
import { targetResult, targetResultSchema } from '../../../../src/domain/deletion/target-result.ts';

describe('what became of a target', () => {
  it('needs no more than its outcome', () => {
    expect(targetResult('absent')).toEqual({
      outcome: 'absent',
      reason: null,
      counts: {},
      operations: 0,
      problems: [],
    });
  });

  it('leaves out counts of nothing', () => {
    const result = targetResult('deleted', { counts: { deleted: 2, failed: 0 }, operations: 1 });
    expect(result).toMatchObject({ counts: { deleted: 2 }, operations: 1 });
    expect(v.parse(targetResultSchema, JSON.parse(JSON.stringify(result)))).toEqual(result);
  });

  it('is not read from a word that nobody knows', () => {
    expect(() => v.parse(targetResultSchema, { ...targetResult('absent'), outcome: 'lost' })).toThrow(
      'Invalid',
    );
  });
});

describe('the end of an operation', () => {
  it.each([
    { kind: 'clean' },
    { kind: 'clean', success: 3 },
    { kind: 'partial', failure: 1 },
    { kind: 'cancelled' },
    { kind: 'error', code: 14 },
  ])('is %j', (end) => {
    expect(v.parse(operationEndSchema, end)).toEqual(end);
  });

  it.each([{ kind: 'partial' }, { kind: 'error' }, { kind: 'done' }, null])('is not %j', (end) => {
    expect(() => v.parse(operationEndSchema, end)).toThrow('Invalid');
  });
});
