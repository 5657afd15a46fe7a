import { ledgerName } from '../../domain/deletion/deletion-names.ts';
import { parseLedgerEntry, type LedgerEntry } from '../../domain/deletion/ledger.ts';
import type { Target } from '../../domain/dicom/target.ts';
import { PreconditionFailedError } from '../../domain/errors.ts';
import type { VersionedDocumentStorage } from '../../ports/document-storage.ts';
import type { Attempts } from '../attempts.ts';
import type { Invocation } from '../invocation.ts';

/** A ledger entry, and the generation that the next writing has to replace. */
export interface Page {
  readonly entry: LedgerEntry;
  readonly generation: string;
}

interface BookDependencies {
  readonly state: VersionedDocumentStorage;
  readonly attempts: Attempts;
}

export async function readPage(
  target: Target,
  deps: BookDependencies,
  invocation: Invocation,
): Promise<Page | undefined> {
  const { state, attempts } = deps;
  const name = ledgerName(target);
  const document = await attempts(invocation, () => state.readVersion(name, invocation.signal));
  if (document === undefined) return undefined;
  return { entry: parseLedgerEntry(document.content), generation: document.generation };
}

/**
 * Writes an entry over the generation that it was made from.
 *
 * @param generation null for a target that has none yet.
 * @throws PreconditionFailedError when somebody else has written meanwhile: the lease is not ours any more.
 */
export async function writePage(
  target: Target,
  entry: LedgerEntry,
  generation: string | null,
  deps: BookDependencies,
  invocation: Invocation,
): Promise<Page> {
  const name = ledgerName(target);
  const written = await replaceDocument(name, entry, generation, deps, invocation);
  return { entry, generation: written };
}

/**
 * Replaces a document by its generation, also where the answer to a first try was lost.
 *
 * @throws PreconditionFailedError when the document is another's.
 */
export async function replaceDocument(
  name: string,
  content: unknown,
  generation: string | null,
  { state, attempts }: BookDependencies,
  invocation: Invocation,
): Promise<string> {
  const { signal } = invocation;
  const written = await attempts(invocation, () => state.replace(name, content, generation, signal));
  if (written !== undefined) return written;
  const found = await attempts(invocation, () => state.readVersion(name, signal));
  // Every content names who wrote it, so an equal one is our own.
  if (found !== undefined && JSON.stringify(found.content) === JSON.stringify(content))
    return found.generation;
  throw new PreconditionFailedError('Somebody else has moved on what was under this lease.');
}

/** The page as it is, not to be looked at before then; for this call only, so nothing is written. */
export function waitUntil(page: Page, notBefore: number): Page {
  return { ...page, entry: { ...page.entry, notBefore } };
}
