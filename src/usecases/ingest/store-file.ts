import { NotFoundError, UnavailableError } from '../../domain/errors.ts';
import type { IncomingObject } from '../../domain/object-ref.ts';
import type { IngestResult } from '../../domain/report.ts';
import type { StoreAnswer } from '../../ports/dicom-store.ts';
import type { OpenedObject } from '../../ports/object-storage.ts';
import type { CarryCall, CarryDependencies } from './carry-dependencies.ts';
import { compareBytes, type Comparison } from './compare-bytes.ts';
import { readThrough, verifiedContent } from './content.ts';
import type { DicomFile } from './dicom-file.ts';
import { carried } from './results.ts';

/**
 * Stores one file and says what became of it.
 *
 * @param body the whole file, verified before its end.
 */
export async function storeFile(
  object: IncomingObject,
  opened: OpenedObject,
  file: DicomFile,
  body: AsyncIterable<Buffer>,
  deps: CarryDependencies,
  call: CarryCall,
): Promise<IngestResult> {
  const { uids } = file.header;
  const { signal, paced } = call;
  // The marker comes before the store call: cleanup keeps what it does not know, so a marker without an instance does no
  // harm, and an instance without a marker would be kept for ever.
  const [deletedAtMs] = await Promise.all([
    deps.reingestAfterDelete === 'refuse' ? deps.records.deletedAtMs(uids, signal) : undefined,
    deps.records.markIngested(uids, signal),
  ]);
  if (deletedAtMs !== undefined) {
    await waitForDeletion(file, deps, call);
    const confirmed = await deps.records.confirmDeletedAtMs(uids, signal);
    if (confirmed !== undefined && isOlder(object, confirmed)) {
      await readThrough(body);
      return carried('rejected', deletedBefore(confirmed), file, opened.sizeBytes);
    }
  }
  const answer = await paced(() => deps.store.store({ uids, sizeBytes: file.sizeBytes, body }, signal));
  switch (answer.kind) {
    case 'stored':
      if (deps.verify === 'always')
        return await settleByComparison('stored', object, opened, file, deps, call);
      return carried('stored', NOTHING_MORE, file, opened.sizeBytes);
    case 'exists':
      return await settleByComparison('already-stored', object, opened, file, deps, call);
    case 'refused':
      return await settleRefusal(answer, object, opened, file, deps, call);
  }
}

/**
 * Gives the instance back while its study, its series or itself is being deleted: stored now, it could go with the rest,
 * and whether it is refused for ever is known only at the end.
 */
async function waitForDeletion(
  { header: { uids } }: DicomFile,
  { records }: CarryDependencies,
  { signal }: CarryCall,
): Promise<void> {
  if (!(await records.isBeingDeleted(uids, signal))) return;
  throw new UnavailableError('The series is being deleted; the instance has to wait for the end of that.', {
    details: { study: uids.studyInstanceUid, series: uids.seriesInstanceUid },
  });
}

const NOTHING_MORE = { reason: null, detail: null };

/** An object whose age nobody tells is taken to be older: refusing loses nothing, storing would undo a deletion. */
function isOlder({ finalizedAtMs }: IncomingObject, deletedAtMs: number): boolean {
  return finalizedAtMs === undefined || finalizedAtMs <= deletedAtMs;
}

function deletedBefore(deletedAtMs: number): { reason: 'deleted-before'; detail: string } {
  const when = new Date(deletedAtMs).toISOString();
  const detail = `The study, series or instance was deleted at ${when}, after this object came (REINGEST_AFTER_DELETE=refuse).`;
  return { reason: 'deleted-before', detail };
}

/** "Already exists" says that something is there, not that it is this, and some servers say 200 and discard. */
async function settleByComparison(
  ifEqual: 'stored' | 'already-stored',
  object: IncomingObject,
  opened: OpenedObject,
  file: DicomFile,
  deps: CarryDependencies,
  call: CarryCall,
): Promise<IngestResult> {
  const comparison = await compareWithStored(object, file, deps, call);
  if (comparison.isEqual) return carried(ifEqual, NOTHING_MORE, file, opened.sizeBytes);
  const conflict = { reason: 'different-content', detail: formatDifference(comparison) } as const;
  return carried('conflict', conflict, file, opened.sizeBytes);
}

async function compareWithStored(
  object: IncomingObject,
  { header, prefix }: DicomFile,
  deps: CarryDependencies,
  { signal, latestAt }: CarryCall,
): Promise<Comparison> {
  const retrieve = (): Promise<AsyncIterable<Buffer>> =>
    deps.store.retrieve(header.uids, signal).catch((error: unknown) => {
      if (!(error instanceof NotFoundError)) throw error;
      throw new UnavailableError('The store says that the instance is there, and that it is not.', {
        cause: error,
      });
    });
  const stored = await deps.retrieveLane.run((paced) => paced(retrieve), { signal, latestAt });
  return compareBytes(reopened(object, prefix, deps, signal), stored, deps.crc32c);
}

/** The file anew: the prefix, where there is one, and the object's content. Opened with the first block asked for. */
export async function* reopened(
  object: IncomingObject,
  prefix: Buffer | null,
  { storage, crc32c, mostBytes }: CarryDependencies,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  if (prefix !== null) yield prefix;
  yield* verifiedContent(await storage.open(object, signal), crc32c, mostBytes);
}

/**
 * A store refuses instances of a series that is being deleted, which says nothing of the instance; and it may refuse
 * before it has seen all of it, so the bytes are proven right before they are blamed.
 */
async function settleRefusal(
  { failureReason, detail }: Extract<StoreAnswer, { kind: 'refused' }>,
  object: IncomingObject,
  opened: OpenedObject,
  file: DicomFile,
  deps: CarryDependencies,
  call: CarryCall,
): Promise<IngestResult> {
  await waitForDeletion(file, deps, call);
  await readThrough(reopened(object, file.prefix, deps, call.signal));
  const reason = failureReason === null ? '' : ` (failure reason ${failureReason})`;
  const refused = `The store refused the instance${reason}: ${detail === '' ? 'it gave no detail' : detail}`;
  return carried('rejected', { reason: 'store-refused', detail: refused }, file, opened.sizeBytes);
}

function formatDifference({ left, right }: Comparison): string {
  const describe = ({ sizeBytes, crc32c }: Comparison['left']): string =>
    `${sizeBytes} bytes, CRC32C ${crc32c.toString(16).padStart(8, '0')}`;
  return (
    'The store holds another instance under the same UIDs: ' +
    `the object has ${describe(left)}, the stored instance ${describe(right)}.`
  );
}
