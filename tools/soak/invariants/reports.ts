import type { Invariant } from './invariant.ts';
import { Verdict } from './verdict.ts';

/** Each object has a final report; by its reportId, one outcome; and one that it may have. */
export const objectReports: Invariant = ({ played, world }) => {
  const { reports } = world;
  const some = new Verdict('every object has a final report');
  const one = new Verdict('an object has one outcome by its reportId');
  const right = new Verdict('the outcome is one that the object may have');
  const strange = new Verdict('no report is on an object that nobody has uploaded');
  // Names are the soak's own, made of the kind of a story and numbers.
  const objects = [
    ...played.uploaded.map(({ key, upload }) => ({ key, ...upload })),
    ...played.announced.map(({ key, outcome }) => ({ key, outcomes: [outcome], race: undefined })),
  ];
  for (const { key, outcomes, race } of objects) {
    const known = reports.objects.get(key);
    some.expect(known !== undefined, () => key);
    for (const [reportId, words] of known?.words ?? []) {
      // What was another's instance at the first delivery may be gone at the second.
      const isOne = words.size === 1 || race?.as === 'other';
      one.expect(isOne, () => `${key}, ${reportId}: ${[...words].join(' and ')}`);
    }
    const words = reports.wordsOf(key);
    const isAllowed = words.every((word) => outcomes.includes(word));
    right.expect(isAllowed, () => `${key}: ${words.join(', ')}; may be ${outcomes.join(', ')}`);
  }
  const known = new Set(objects.map(({ key }) => key));
  for (const key of reports.objects.keys()) strange.expect(known.has(key), () => key);
  return Promise.resolve([some, one, right, strange, contests(played, world)]);
};

/** Of two that come under the same UIDs at the same time, one is stored and the other a conflict. */
function contests(
  { uploaded }: Parameters<Invariant>[0]['played'],
  { reports }: Parameters<Invariant>[0]['world'],
): Verdict {
  const verdict = new Verdict('of two with the same UIDs one is stored, the other a conflict');
  const pairs = new Map<string, string[]>();
  for (const { key, upload } of uploaded) {
    const [, story, index] = /^(contest-\d+)\/[ab]\/(\d+)\.dcm$/.exec(upload.name) ?? [];
    if (story === undefined) continue;
    const name = `${story}/${index}`;
    pairs.set(name, [...(pairs.get(name) ?? []), ...reports.wordsOf(key)]);
  }
  for (const [name, words] of pairs) {
    verdict.expect(
      words.toSorted().join() === 'conflict different-content,stored',
      () => `${name}: ${words.join(', ')}`,
    );
  }
  return verdict;
}

/** Each command has a final report, the same in every repeat, and ends as it has to. */
export const commandReports: Invariant = ({ played, world }) => {
  const some = new Verdict('every command has a final report');
  const one = new Verdict('a final report is the same in every repeat');
  const right = new Verdict('the command ends as it has to');
  for (const { reportId, command } of played.published) {
    const known = world.reports.commands.get(reportId);
    some.expect(known !== undefined, () => reportId);
    if (known === undefined) continue;
    one.expect(known.texts.size === 1, () => `${reportId}: ${known.texts.size} of them`);
    const ends = command.ends === 'refused' ? 'failed' : command.ends;
    const about = (): string =>
      `${reportId}: ${known.status}, and not ${ends} (${known.outcomes.join(', ')})`;
    right.expect(known.status === ends, about);
  }
  const strange = new Verdict('no report is on a command that nobody has sent');
  const sent = new Set(played.published.map(({ reportId }) => reportId));
  for (const reportId of world.reports.commands.keys()) strange.expect(sent.has(reportId), () => reportId);
  return Promise.resolve([some, one, right, strange]);
};
