import { forEach, listStore, readInstance } from '../contents.ts';
import { fileOf, hashOf, hashOfFile, pathOf } from '../file.ts';
import type { Invariant } from './invariant.ts';
import { Verdict } from './verdict.ts';

/** The store holds what the model expects, byte for byte, and nothing else. */
export const storeContents: Invariant = async ({ schedule, played, world }) => {
  const verdict = new Verdict('the store holds the expected instances, byte for byte, and no other');
  const reported = new Verdict('what was reported stored, and not deleted, is what the store holds');
  const allowed = new Map<string, { hashes: Set<string>; isOptional: boolean }>();
  for (const { files, isOptional } of schedule.stories.flatMap(({ expected }) => expected)) {
    const [first] = files;
    if (first === undefined) continue;
    const known = allowed.get(pathOf(first)) ?? { hashes: new Set<string>(), isOptional };
    for (const file of files) known.hashes.add(hashOfFile(file));
    allowed.set(pathOf(first), known);
  }
  const found = new Map<string, string>();
  await forEach(await listStore(world), async (path) => {
    const bytes = await readInstance(world, path);
    found.set(path, bytes === undefined ? 'listed, and not to be had' : hashOf(bytes));
  });
  for (const [path, { hashes, isOptional }] of allowed) {
    const hash = found.get(path);
    verdict.expect(hash === undefined ? isOptional : hashes.has(hash), () =>
      hash === undefined ? `missing: ${path}` : `other bytes: ${path}`,
    );
  }
  for (const path of found.keys()) {
    if (!allowed.has(path)) verdict.expect(false, () => `unexpected: ${path}`);
  }
  const contents = played.uploaded.map(({ key, upload }) => ({ key, upload, file: fileOf(upload.content) }));
  const raced = new Set(contents.flatMap(({ upload, file }) => (upload.race && file ? [pathOf(file)] : [])));
  for (const { key, file } of contents) {
    if (file === undefined) continue;
    const path = pathOf(file);
    // What races a deletion has invariants of its own.
    if (!allowed.has(path) || raced.has(path) || !world.reports.wordsOf(key).includes('stored')) continue;
    reported.expect(found.get(path) === hashOfFile(file), () => `reported stored: ${path}`);
  }
  return [verdict, reported];
};
