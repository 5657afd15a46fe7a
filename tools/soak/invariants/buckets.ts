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

/** Exports have written what they were asked for, byte for byte, and a manifest each. */
export const exportedObjects: Invariant = async ({ played, world }) => {
  const verdict = new Verdict('exports hold the expected objects, and no other');
  const whole = new Verdict('exported objects are byte for byte what was stored');
  const listed = new Verdict('a manifest lists each object of its export once');
  const commands = played.published.filter(
    ({ command }) => command.topic === 'export' && command.ends === 'complete',
  );
  const expected = new Map(
    commands.flatMap(({ command }) => command.exports.map(({ name, file }) => [name, file])),
  );
  const manifests = new Map(
    commands.map(({ command }) => [
      `soak/${(command.id ?? '').replace('export-', '')}/_courier/${command.id}/manifest.jsonl`,
      command,
    ]),
  );
  const found = (await listBucket(world, 'exports')).map(({ name }) => name);
  verdict.expectSame(found, [...expected.keys(), ...manifests.keys()], 'object');
  await forEach(found, async (name) => {
    const file = expected.get(name);
    const command = manifests.get(name);
    const bytes = await readObject(world, 'exports', name);
    if (file !== undefined) whole.expect(sameText(bytes, bytesOf({ kind: 'dicom', file })), () => name);
    if (command === undefined) return;
    const lines = bytes
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
    const names = lines.map((line) => (JSON.parse(line) as { object: string }).object);
    const wanted = command.exports.map((one) => `gs://exports/${one.name}`);
    listed.expect(names.toSorted().join() === wanted.toSorted().join(), () => name);
  });
  return [verdict, whole, listed];
};

/** A soak without trouble would prove nothing. */
export const upheaval: Invariant = ({ played: { kills, faults } }) => {
  const verdict = new Verdict('faults struck, and functions were killed');
  verdict.expect(kills > 0, () => 'no function was killed');
  verdict.expect(faults > 0, () => 'no fault struck');
  return Promise.resolve([verdict]);
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
