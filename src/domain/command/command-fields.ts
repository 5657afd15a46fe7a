import * as v from 'valibot';
import { DIGITS_AND_PERIODS, MAX_UID_LENGTH } from '../dicom/uid.ts';

/** Fields that commands have in common. Their messages quote no value: a value may name a patient. */

/** The id becomes part of object names, so it has no character that means anything there. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export const idSchema = v.pipe(
  v.string('has to be a text'),
  v.regex(
    ID,
    'has to be 1 to 128 letters, digits, periods, hyphens and underscores, the first a letter or digit',
  ),
);

const NO_UID = 'has to be a UID: digits and periods, at most 64';

/** As `isUid`, in parts that the published JSON Schema can say. */
const uid = v.pipe(
  v.string('has to be a text'),
  v.maxLength(MAX_UID_LENGTH, NO_UID),
  v.regex(DIGITS_AND_PERIODS, NO_UID),
);

/** A study, a series or an instance, always named from the study down. */
export const targetSchema = v.pipe(
  v.strictObject({ study: uid, series: v.optional(uid), instance: v.optional(uid) }),
  v.check(
    ({ series, instance }) => instance === undefined || series !== undefined,
    'names an instance without its series',
  ),
);

/** What is wrong, once each and without the values; at most a hundred, so that a report stays readable. */
export function describeIssues(issues: readonly v.BaseIssue<unknown>[]): readonly string[] {
  const problems = issues.map((issue) => `${v.getDotPath(issue) ?? 'the command'}: ${describe(issue)}`);
  const distinct = [...new Set(problems)];
  const hidden = distinct.length - MOST_PROBLEMS;
  return hidden > 0 ? [...distinct.slice(0, MOST_PROBLEMS), `and ${hidden} more problems`] : distinct;
}

const MOST_PROBLEMS = 100;

/** Valibot's own messages quote what was received; ours do not. */
function describe(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object') {
    if (issue.expected === 'Object') return 'has to be an object';
    return issue.expected === 'never' ? 'is not a field of this command' : 'is missing';
  }
  const isOwn = !issue.message.startsWith('Invalid ');
  return isOwn ? issue.message : `has to be ${issue.expected ?? 'something else'}`;
}
