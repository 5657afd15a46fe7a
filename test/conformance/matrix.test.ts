import { describe, expect, it } from '@jest/globals';
import { expandMatrix, readMatrix, type Matrix } from './matrix.ts';

const matrix = readMatrix();
const withChanges = (changes: Partial<Matrix>) => (): unknown => expandMatrix({ ...matrix, ...changes });
const [rule] = matrix.rules;

describe('the data of the retry matrix', () => {
  it('come to a row or a reason for every fault, repetition and call', () => {
    const { rows, senselessCount } = expandMatrix(matrix);
    const repetitions = Object.values(matrix.faults).flatMap((fault) => fault.repetitions).length;
    expect(rows.length + senselessCount).toBe(repetitions * Object.keys(matrix.calls).length);
    expect(new Set(rows.map(({ title }) => title)).size).toBe(rows.length);
  });

  it('are refused where nothing is said of a combination', () => {
    const silent = {
      ...matrix.faults,
      silence: { fault: { kind: 'pass' }, after: false, repetitions: ['once' as const], environment: {} },
    };
    expect(withChanges({ faults: silent })).toThrow(
      'The matrix says nothing of open-object × silence, once.',
    );
  });

  it('are refused where a rule decides nothing', () => {
    if (rule === undefined) throw new Error('The matrix has no rules.');
    expect(withChanges({ rules: [{ ...rule }, ...matrix.rules] })).toThrow('This decides nothing');
  });

  it('are refused where a name is not known', () => {
    if (rule === undefined) throw new Error('The matrix has no rules.');
    expect(withChanges({ rules: [...matrix.rules, { ...rule, calls: ['shop'] }] })).toThrow('shop');
  });
});
