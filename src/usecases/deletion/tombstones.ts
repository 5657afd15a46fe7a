import { tombstoneName } from '../../domain/deletion/deletion-names.ts';
import type { Target } from '../../domain/dicom/target.ts';
import { UnavailableError } from '../../domain/errors.ts';
import { parseTombstone, type Tombstone } from '../../domain/tombstone.ts';
import type { VersionedDocumentStorage } from '../../ports/document-storage.ts';
import { firstNames } from '../each-name.ts';
import type { Invocation } from '../invocation.ts';
import type { DeletionDependencies } from './deletion-dependencies.ts';

/** More than there are targets that are prepared at once. */
const MOST_TRIES = 16;

type TombstoneDependencies = Pick<DeletionDependencies, 'state' | 'attempts' | 'clock'>;

/** What stands in the place of a target's tombstone; null for nothing. */
export async function readTombstone(
  target: Target,
  { state, attempts }: TombstoneDependencies,
  invocation: Invocation,
): Promise<Tombstone | null> {
  const name = tombstoneName(target);
  const document = await attempts(invocation, () => state.read(name, invocation.signal));
  return document === undefined ? null : parseTombstone(document);
}

/**
 * Leaves word that a target is being deleted, where ingest looks for it, unless that has been left since the deletion began.
 *
 * @param before what stood in the tombstone's place when the deletion began.
 * @returns when it was left. Milliseconds since the epoch.
 */
export async function leaveTombstone(
  target: Target,
  before: Tombstone | null,
  deps: TombstoneDependencies,
  invocation: Invocation,
): Promise<number> {
  let leftAt = 0;
  await change(target, deps, invocation, (known) => {
    const time = known?.deletedAt ?? null;
    const isLeft = time !== null && time !== (before?.deletedAt ?? null);
    const deletedAt = isLeft ? time : new Date(deps.clock.now()).toISOString();
    leftAt = Date.parse(deletedAt);
    return isLeft ? known : { deletedAt, hasInstances: known?.hasInstances ?? false };
  });
  // Ingest looks at the study first, and below it only where there is something.
  for (const above of ancestors(target)) {
    const isSeries = above.seriesInstanceUid !== null;
    await change(above, deps, invocation, (known) => {
      if (known !== undefined && (known.hasInstances || !isSeries)) return known;
      return { deletedAt: known?.deletedAt ?? null, hasInstances: isSeries };
    });
  }
  return leftAt;
}

/**
 * Takes a tombstone back: the deletion was called off before anything was deleted.
 *
 * Parts of the target may have been deleted meanwhile, for other commands: those ingest still has to find.
 */
export async function restoreTombstone(
  target: Target,
  before: Tombstone | null,
  deps: TombstoneDependencies,
  invocation: Invocation,
): Promise<void> {
  const deletedAt = before?.deletedAt ?? null;
  const hasInstances = target.seriesInstanceUid !== null;
  const below = { prefix: `${tombstoneName(target)}/`, limit: 1 };
  const isParent = async (): Promise<boolean> =>
    (await firstNames(deps.state, below, deps.attempts, invocation)).length > 0;
  const keep = (): Promise<void> =>
    change(target, deps, invocation, (known) => ({ hasInstances, ...known, deletedAt }));
  if (deletedAt !== null || (await isParent())) return keep();
  await change(target, deps, invocation, () => undefined);
  // One below it may have been left just now, by somebody who saw this one still in its place.
  if (await isParent()) await keep();
}

/**
 * Changes a tombstone, whatever it is at the moment. Targets are prepared side by side, and share those above them.
 *
 * @param to what it becomes; undefined for none.
 */
async function change(
  target: Target,
  { state, attempts }: TombstoneDependencies,
  invocation: Invocation,
  to: (known: Tombstone | undefined) => Tombstone | undefined,
): Promise<void> {
  const name = tombstoneName(target);
  await attempts(invocation, async () => {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const known = await state.readVersion(name, invocation.signal);
      const before = known === undefined ? undefined : parseTombstone(known.content);
      const after = to(before);
      if (after === before) return;
      if (await write(state, name, after, known?.generation ?? null, invocation.signal)) return;
    }
    throw new UnavailableError('A tombstone changes whenever it is to be changed.');
  });
}

/** @returns false when somebody else has changed it meanwhile. */
async function write(
  state: VersionedDocumentStorage,
  name: string,
  after: Tombstone | undefined,
  generation: string | null,
  signal: AbortSignal,
): Promise<boolean> {
  if (after !== undefined) return (await state.replace(name, after, generation, signal)) !== undefined;
  await state.remove(name, signal);
  return true;
}

/** What a target is part of: the series first, then the study. */
function ancestors({ studyInstanceUid, seriesInstanceUid, sopInstanceUid }: Target): Target[] {
  const study = { studyInstanceUid, seriesInstanceUid: null, sopInstanceUid: null };
  if (seriesInstanceUid === null) return [];
  return sopInstanceUid === null ? [study] : [{ ...study, seriesInstanceUid }, study];
}
