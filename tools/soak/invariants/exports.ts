import { forEach, listBucket, readMetadata, readObject } from '../contents.ts';
import { bytesOf, pathOf } from '../file.ts';
import type { SoakWorld } from '../soak-world.ts';
import type { ExportedFile } from '../story.ts';
import type { Invariant } from './invariant.ts';
import { sameText, Verdict } from './verdict.ts';

/** Exports have written what they were asked for, byte for byte, and a manifest each; what was there before is as it was. */
export const exportedObjects: Invariant = async ({ played, world }) => {
  const verdict = new Verdict('exports hold the expected objects, and no other');
  const whole = new Verdict('exported objects are what was stored, in the form that was asked for');
  const listed = new Verdict('a manifest lists each object of its export once');
  const others = new Verdict("somebody else's object stays, unless it may be written over");
  const commands = played.published.filter(({ command: { ends } }) => ends !== 'refused');
  const expected = new Map(
    commands.flatMap(({ command }) => command.exports.map((exported) => [exported.name, exported])),
  );
  const manifests = new Map(
    commands.flatMap(({ command: { manifest } }) => (manifest === null ? [] : [[manifest.name, manifest]])),
  );
  const placed = new Map(
    played.placed.filter(({ name }) => !expected.has(name)).map((one) => [one.name, one]),
  );
  const found = (await listBucket(world, 'exports')).map(({ name }) => name);
  verdict.expectSame(found, [...expected.keys(), ...manifests.keys(), ...placed.keys()], 'object');
  await forEach(found, async (name) => {
    const bytes = await readObject(world, 'exports', name);
    const exported = expected.get(name);
    if (exported !== undefined) whole.expect(await isRight(bytes, exported, world), () => name);
    const other = placed.get(name);
    if (other !== undefined) others.expect(bytes.toString('utf8') === other.text, () => name);
    const manifest = manifests.get(name);
    if (manifest === undefined) return;
    const lines = bytes
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
    const names = lines.map((line) => (JSON.parse(line) as { object: string }).object);
    const wanted = manifest.lists.map((one) => `gs://exports/${one}`);
    listed.expect(names.toSorted().join() === wanted.toSorted().join(), () => name);
  });
  return [verdict, whole, listed, others];
};

/** Metadata are the store's to write: they have to be what it gives now. */
async function isRight(bytes: Buffer, { file, form }: ExportedFile, world: SoakWorld): Promise<boolean> {
  if (form === undefined) return sameText(bytes, bytesOf({ kind: 'dicom', file }));
  const metadata = await readMetadata(world, pathOf(file));
  return metadata !== undefined && sameText(bytes, metadata);
}
