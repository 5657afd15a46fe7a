import { describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import { describeIssues, targetSchema } from '../../../../src/domain/command/command-fields.ts';
import { isUid } from '../../../../src/domain/dicom/uid.ts';

function problemsOf(content: unknown): readonly string[] {
  const { success, issues } = v.safeParse(targetSchema, content);
  return success ? [] : describeIssues(issues);
}

describe('a target of a command', () => {
  it.each([
    '1.2.3',
    '0',
    '1.02',
    '9'.repeat(64),
    '9'.repeat(65),
    '',
    '1.',
    '.1',
    '1..2',
    '1.2a',
    '1.2\n',
    ' 1.2',
  ])('takes %j for a UID where the rest of the worker does, and says so once', (study) => {
    const expected = isUid(study) ? [] : ['study: has to be a UID: digits and periods, at most 64'];
    expect(problemsOf({ study })).toEqual(expected);
  });

  it('is named from the study down', () => {
    expect(problemsOf({ study: '1', series: '2', instance: '3' })).toEqual([]);
    expect(problemsOf({ study: '1', instance: '3' })).toEqual([
      'the command: names an instance without its series',
    ]);
    expect(problemsOf({ series: '2' })).toEqual(['study: is missing']);
  });

  it('tells of what it does not know, without quoting it', () => {
    expect(problemsOf({ study: '1', patient: 'Doe^John' })).toEqual([
      'patient: is not a field of this command',
    ]);
  });
});
