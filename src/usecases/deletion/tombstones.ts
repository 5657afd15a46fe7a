import { tombstoneName } from '../../domain/deletion/deletion-names.ts';
import type { Target } from '../../domain/dicom/target.ts';
import { parseTombstone, type Tombstone } from '../../domain/tombstone.ts';
import type { VersionedDocumentStorage } from '../../ports/document-storage.ts';
import type { Invocation } from '../invocation.ts';
import type { DeletionDependencies } from './deletion-dependencies.ts';

type TombstoneDependencies = Pick<DeletionDependencies, 'state' | 'attempts' | 'clock'>;

/**
 * Leaves word that a target is being deleted, where ingest looks for it.
 *
 * @returns what stood in the tombstone's place before; null for nothing.
 */
export async function leaveTombstone(
  target: Target,
  deps: TombstoneDependencies,
  invocation: Invocation,
): Promise<unknown> {
  const deletedAt = new Date(deps.clock.now()).toISOString();
  let before: unknown = null;
  await change(target, deps, invocation, (known) => {
    before = known ?? null;
    return { deletedAt, hasInstances: known?.hasInstances ?? false };
  });
  // Ingest looks at the study first, and below it only where there is something.
  for (const above of ancestors(target)) {
    const isSeries = above.seriesInstanceUid !== null;
    await change(above, deps, invocation, (known) => {
      if (known !== undefined && (known.hasInstances || !isSeries)) return known;
      return { deletedAt: known?.deletedAt ?? null, hasInstances: isSeries };
    });
  }
  return before;
}

/** Takes a tombstone back: the deletion was called off before anything was deleted. */
export async function restoreTombstone(
  target: Target,
  before: unknown,
  deps: TombstoneDependencies,
  invocation: Invocation,
): Promise<void> {
  await change(target, deps, invocation, () => (before === null ? undefined : parseTombstone(before)));
}

/**
 * Changes a tombstone, whatever it is at the moment; nobody else does, so a second try is for answers that were lost.
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
    const known = await state.readVersion(name, invocation.signal);
    const before = known === undefined ? undefined : parseTombstone(known.content);
    const after = to(before);
    if (after === before) return;
    await write(state, name, after, known?.generation ?? null, invocation.signal);
  });
}

async function write(
  state: VersionedDocumentStorage,
  name: string,
  after: Tombstone | undefined,
  generation: string | null,
  signal: AbortSignal,
): Promise<void> {
  if (after === undefined) await state.remove(name, signal);
  else await state.replace(name, after, generation, signal);
}

/** What a target is part of: the series first, then the study. */
function ancestors({ studyInstanceUid, seriesInstanceUid, sopInstanceUid }: Target): Target[] {
  const study = { studyInstanceUid, seriesInstanceUid: null, sopInstanceUid: null };
  if (seriesInstanceUid === null) return [];
  return sopInstanceUid === null ? [study] : [{ ...study, seriesInstanceUid }, study];
}
