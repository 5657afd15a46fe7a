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

  it.each([null, 5, '1.2'])('is an object, and not %j', (content) => {
    expect(problemsOf(content)).toEqual(['the command: has to be an object']);
  });

  it('tells of what it does not know, without quoting it', () => {
    expect(problemsOf({ study: '1', patient: 'Doe^John' })).toEqual([
      'patient: is not a field of this command',
    ]);
  });
});

describe('what is wrong with a command', () => {
  const describeAll = (schema: v.GenericSchema, content: unknown): readonly string[] =>
    describeIssues(v.safeParse(schema, content).issues ?? []);

  it('is told without what was received, also where the schema has no words of its own', () => {
    expect(describeAll(v.number(), 'Doe^John')).toEqual(['the command: has to be number']);
    expect(
      describeAll(
        v.pipe(
          v.any(),
          v.check(() => false),
        ),
        'Doe^John',
      ),
    ).toEqual(['the command: has to be something else']);
  });

  it('is told of a hundred things at most', () => {
    const content = Array.from({ length: 102 }, () => 'x');
    const problems = describeAll(v.array(v.number()), content);
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)).toBe('and 2 more problems');
  });
});
