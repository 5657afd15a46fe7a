import { forEach, listStore, readDocument, readInstance } from '../contents.ts';
import { fileOf, hashOf, hashOfFile, pathOf } from '../file.ts';
import type { SoakWorld } from '../soak-world.ts';
import type { Race } from '../story.ts';
import type { Invariant } from './invariant.ts';
import { Verdict } from './verdict.ts';

/** Ingest believes for so long that a series is not deleted (docs/decisions/0004-ingest-markers-by-day.md). */
const BELIEVED_MS = 60_000;

/** What the worker has left on a deletion. */
interface Deletion {
  readonly deletedAtMs: number;
  /** Paths of what it was to remove. */
  readonly instances: ReadonlySet<string>;
}

/**
 * Where an object ends that has come while its series was being deleted (docs/deletion.md): what is younger than the tombstone is
 * stored and stays, and nothing that is gone has gone without a word.
 */
export const races: Invariant = async ({ played, world }) => {
  const stays = new Verdict('what came while its series was being deleted is stored, and stays');
  const word = new Verdict(
    'a deletion takes what its ledger names, and what it does not take is there or lies aside',
  );
  const racing = played.uploaded.flatMap((one) => {
    const file = fileOf(one.upload.content);
    return one.upload.race === undefined || file === undefined
      ? []
      : [{ ...one, race: one.upload.race, file }];
  });
  const there = new Set(await listStore(world));
  const deletions = new Map<string, Deletion>();
  await forEach(new Set(racing.map(({ race }) => race.target)), async (target) => {
    deletions.set(target, await readDeletion(target, world));
  });
  await forEach(racing, async ({ key, finalizedAtMs, race: { target, as }, file }) => {
    const deletion = deletions.get(target);
    if (deletion === undefined) return;
    const path = pathOf(file);
    const bytes = there.has(path) ? await readInstance(world, path) : undefined;
    const facts: RaceFacts = {
      as,
      sinceTombstoneMs: finalizedAtMs - deletion.deletedAtMs,
      words: world.reports.wordsOf(key),
      isInLedger: deletion.instances.has(path),
      isThere: bytes !== undefined && hashOf(bytes) === hashOfFile(file),
    };
    const about = (): string => `${key}: ${JSON.stringify(facts)}`;
    if (mustStay(facts)) stays.expect(facts.isThere, about);
    word.expect(facts.isThere || isAccountedFor(facts), about);
  });
  return [stays, word];
};

/** What is known of an object that came while its series was being deleted. */
export interface RaceFacts extends Pick<Race, 'as'> {
  /** How long after the tombstone the object came; less than nothing for before. */
  readonly sinceTombstoneMs: number;
  /** What was reported of it. */
  readonly words: readonly string[];
  /** Whether the deletion was to remove its instance. */
  readonly isInLedger: boolean;
  /** Whether the store holds its very bytes in the end. */
  readonly isThere: boolean;
}

/**
 * An instance that was not there stays from the tombstone on. One that was may go with what was there, until ingest has to have
 * noticed the tombstone.
 */
export function mustStay({ as, sinceTombstoneMs }: Pick<RaceFacts, 'as' | 'sinceTombstoneMs'>): boolean {
  return sinceTombstoneMs > (as === 'new' ? 0 : BELIEVED_MS);
}

/** What is not there was deleted with the rest, or lies in quarantine. */
export function isAccountedFor({ words, isInLedger }: Pick<RaceFacts, 'words' | 'isInLedger'>): boolean {
  const isAside = words.includes('rejected deleted-before') || words.includes('conflict different-content');
  return isAside || (words.includes('stored') && isInLedger);
}

async function readDeletion(target: string, world: SoakWorld): Promise<Deletion> {
  const { deletedAt } = (await readDocument(world, 'state', `tombstones/${target}`)) as { deletedAt: string };
  const { instances } = (await readDocument(world, 'state', `deletions/${target}.json`)) as {
    instances: Record<string, string[]>;
  };
  const [study = ''] = target.split('/');
  const paths = Object.entries(instances).flatMap(([series, uids]) =>
    uids.map((uid) => `studies/${study}/series/${series}/instances/${uid}`),
  );
  return { deletedAtMs: Date.parse(deletedAt), instances: new Set(paths) };
}
