import { deadLetters, forEach, listBucket, readObject, runningOperations } from '../contents.ts';
import { bytesOf } from '../file.ts';
import { objectKey } from '../report-book.ts';
import type { Invariant } from './invariant.ts';
import { sameText, Verdict } from './verdict.ts';

/** Rejected and conflicting objects lie in quarantine once, whole, and nothing else does. */
export const quarantine: Invariant = async ({ played, world }) => {
  const verdict = new Verdict('quarantine holds each rejected and conflicting object once, and no other');
  const whole = new Verdict('what lies in quarantine is whole');
  const uploads = new Map(played.uploaded.map(({ key, upload }) => [key, upload]));
  const aside = /^(?:rejected|conflict) (\S+)$/;
  const expected = [...uploads.keys()].flatMap((key) =>
    world.reports
      .wordsOf(key)
      .map((word) => aside.exec(word)?.[1])
      .filter((reason) => reason !== undefined)
      .map((reason) => `${reason} ${key}`),
  );
  const found: string[] = [];
  await forEach(await listBucket(world, 'quarantine'), async ({ name, metadata }) => {
    const key = objectKey(metadata['source-name'] ?? '', metadata['source-generation'] ?? '');
    found.push(`${name.split('/')[0] ?? ''} ${key}`);
    const upload = uploads.get(key);
    const bytes = await readObject(world, 'quarantine', name);
    whole.expect(upload !== undefined && sameText(bytes, bytesOf(upload.content)), () => key);
  });
  verdict.expectSame(found, expected, 'copy');
  verdict.expect(new Set(found).size === found.length, () => 'an object lies there twice');
  return [verdict, whole];
};

/** Nothing is given up, and nothing goes on. */
export const leftovers: Invariant = async ({ world }) => {
  const dead = new Verdict('no message has been given up');
  for (const [name, count] of await deadLetters(world)) dead.expect(count === 0, () => `${name}: ${count}`);
  const operations = new Verdict('no operation runs in the store');
  const running = await runningOperations(world);
  operations.expect(running === 0, () => `${running} of them`);
  return [dead, operations];
};
