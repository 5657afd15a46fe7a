import { describe, expect, it } from '@jest/globals';
import {
  containsTarget,
  formatTarget,
  formatTargetFields,
  formatTargetPath,
  overlaps,
  parseTarget,
  targetLevel,
  toTarget,
} from '../../../../src/domain/dicom/target.ts';

const study = toTarget({ study: '1' });
const series = toTarget({ study: '1', series: '2' });
const instance = toTarget({ study: '1', series: '2', instance: '3' });

describe('a target', () => {
  it.each([
    [study, 'study', '1', 'studies/1'],
    [series, 'series', '1/2', 'studies/1/series/2'],
    [instance, 'instance', '1/2/3', 'studies/1/series/2/instances/3'],
  ])('%j is a %s, written %s', (target, level, text, path) => {
    expect(targetLevel(target)).toBe(level);
    expect(formatTarget(target)).toBe(text);
    expect(formatTargetPath(target)).toBe(path);
    expect(parseTarget(text)).toEqual(target);
    expect(toTarget(formatTargetFields(target))).toEqual(target);
  });

  it.each(['', '/', '1/', '/2', '1//3', '1/2/3/4'])('is not read from %j', (text) => {
    expect(parseTarget(text)).toBeUndefined();
  });

  const others = [
    toTarget({ study: '9' }),
    toTarget({ study: '1', series: '9' }),
    toTarget({ study: '1', series: '2', instance: '9' }),
    toTarget({ study: '9', series: '2', instance: '3' }),
  ];
  const all = [study, series, instance, ...others];

  it.each([
    [study, [study, series, instance, others[1], others[2]]],
    [series, [series, instance, others[2]]],
    [instance, [instance]],
  ])('%j contains itself and what is below it, and nothing else', (whole, parts) => {
    expect(all.filter((part) => containsTarget(whole, part))).toEqual(parts);
  });

  it('overlaps with what contains it and with what it contains', () => {
    expect(all.filter((other) => overlaps(series, other))).toEqual([study, series, instance, others[2]]);
  });
});
