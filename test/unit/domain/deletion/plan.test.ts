import { describe, expect, it } from '@jest/globals';
import {
  formatPlanLine,
  parseKnown,
  parsePlanEnd,
  parsePlanLine,
  type PlanLine,
} from '../../../../src/domain/deletion/plan.ts';
import { targetResult } from '../../../../src/domain/deletion/target-result.ts';
import { toTarget } from '../../../../src/domain/dicom/target.ts';

const target = toTarget({ study: '1.1', series: '1.1.1' });

describe('a line of a plan', () => {
  it.each<PlanLine>([
    { target, known: { kind: 'list', instances: { '1.1.1': ['1'] } }, result: null },
    { target, known: { kind: 'digest', count: 1, digest: 'ab' }, result: null },
    { target, known: null, result: targetResult('held', { reason: 'hold' }) },
  ])('is read as it was written: %j', (line) => {
    expect(parsePlanLine(JSON.parse(JSON.stringify(formatPlanLine(line))))).toEqual(line);
  });

  it('has to name a target', () => {
    expect(() => parsePlanLine({ target: '', known: null, result: null })).toThrow('names no target');
  });

  it.each([null, {}, { target: '1', known: { kind: 'guess' }, result: null }])('is not %j', (line) => {
    expect(() => parsePlanLine(line)).toThrow('Invalid');
  });
});

describe('what a plan knows, and its end', () => {
  it('are read as they were written', () => {
    const known = { kind: 'digest', count: 2, digest: 'ab' };
    const end = { slices: 1, targets: 2, refusals: ['no'], notes: [], figures: { series: 3 } };
    expect(parseKnown(known)).toEqual(known);
    expect(parsePlanEnd(end)).toEqual(end);
  });

  it('are not guessed at', () => {
    expect(() => parseKnown({ kind: 'digest' })).toThrow('Invalid');
    expect(() => parsePlanEnd({ slices: 1 })).toThrow('Invalid');
  });
});
