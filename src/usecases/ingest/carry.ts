import type { InstanceHeader } from '../../domain/dicom/header.ts';
import { NotFoundError, RequestRefusedError, UnavailableError } from '../../domain/errors.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import {
  formatInstanceReport,
  type IngestOutcome,
  type IngestReport,
  type IngestResult,
} from '../../domain/report.ts';
import type { Crc32c } from '../../ports/checksum.ts';
import type { DicomStore } from '../../ports/dicom-store.ts';
import type { ObjectStorage, OpenedObject } from '../../ports/object-storage.ts';
import { compareBytes, type Comparison } from './compare-bytes.ts';
import { readObjectHead } from './object-head.ts';
import { verifiedBody } from './verified-body.ts';

export interface CarryDependencies {
  readonly storage: ObjectStorage;
  readonly store: DicomStore;
  readonly crc32c: Crc32c;
  readonly maxHeaderBytes: number;
}

/**
 * Carries one object into the store, once: opened, recognised, streamed, and the answer understood.
 *
 * Repeatable: it opens the object anew each time, and storing the same bytes twice is storing them once.
 */
export async function carryObject(
  object: ObjectRef,
  deps: CarryDependencies,
  signal: AbortSignal,
): Promise<IngestResult> {
  const opened = await openObject(object, deps, signal);
  if (opened === undefined)
    return decided('ignored', 'generation-gone', 'This generation of the object is no longer there.', null);
  if (opened.contentEncoding !== null) {
    throw new RequestRefusedError('Objects with a content encoding are not understood.', {
      details: { contentEncoding: opened.contentEncoding.slice(0, 32) },
    });
  }
  const head = await readObjectHead(opened.body, deps);
  try {
    const body = verifiedBody(head.body, opened, deps.crc32c);
    if (opened.sizeBytes === 0) return decided('rejected', 'empty-object', 'The object is empty.', 0);
    if (head.reading.kind === 'rejected') {
      // The verdict rests on bytes that nobody has checked yet: a damaged download must not condemn the object.
      await readThrough(body);
      const { reason, detail } = head.reading.rejection;
      return decided('rejected', reason, detail, opened.sizeBytes);
    }
    const { header } = head.reading;
    const answer = await deps.store.store({ uids: header.uids, sizeBytes: opened.sizeBytes, body }, signal);
    switch (answer.kind) {
      case 'stored':
        return carried('stored', null, null, header, opened);
      case 'exists':
        return await settleDuplicate(object, header, opened, deps, signal);
      case 'refused':
        return carried('rejected', 'store-refused', refusalDetail(answer), header, opened);
    }
  } finally {
    await head.close();
  }
}

async function readThrough(body: AsyncIterable<Buffer>): Promise<void> {
  const blocks = body[Symbol.asyncIterator]();
  while ((await blocks.next()).done !== true);
}

/** Undefined when that generation is gone, which is nobody's fault: its successor has an event of its own. */
async function openObject(
  object: ObjectRef,
  { storage }: CarryDependencies,
  signal: AbortSignal,
): Promise<OpenedObject | undefined> {
  try {
    return await storage.open(object, signal);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** "Already exists" says that something is there, not that it is this: the bytes are compared. */
async function settleDuplicate(
  object: ObjectRef,
  header: InstanceHeader,
  opened: OpenedObject,
  deps: CarryDependencies,
  signal: AbortSignal,
): Promise<IngestResult> {
  const comparison = await compareWithStored(object, header, deps, signal);
  if (comparison.isEqual) return carried('already-stored', null, null, header, opened);
  return carried('conflict', 'different-content', differenceDetail(comparison), header, opened);
}

async function compareWithStored(
  object: ObjectRef,
  { uids }: InstanceHeader,
  { storage, store, crc32c }: CarryDependencies,
  signal: AbortSignal,
): Promise<Comparison> {
  const stored = await store.retrieve(uids, signal).catch((error: unknown) => {
    if (!(error instanceof NotFoundError)) throw error;
    throw new UnavailableError('The store says that the instance exists, and that it does not.', {
      cause: error,
    });
  });
  const { body } = await storage.open(object, signal);
  return compareBytes(body, stored, crc32c);
}

function differenceDetail({ left, right }: Comparison): string {
  const describe = ({ sizeBytes, crc32c }: Comparison['left']): string =>
    `${sizeBytes} bytes, CRC32C ${crc32c.toString(16).padStart(8, '0')}`;
  return `The store holds another instance under the same UIDs: the object has ${describe(left)}, the stored instance ${describe(right)}.`;
}

function refusalDetail({ failureReason, detail }: { failureReason: number | null; detail: string }): string {
  const reason = failureReason === null ? '' : ` (failure reason ${failureReason})`;
  return `The store refused the instance${reason}: ${detail === '' ? 'it gave no detail' : detail}`;
}

function decided(
  outcome: IngestOutcome,
  reason: IngestReport['reason'],
  detail: string | null,
  sizeBytes: number | null,
): IngestResult {
  return { outcome, reason, detail, sizeBytes, instances: [] };
}

function carried(
  outcome: IngestOutcome,
  reason: IngestReport['reason'],
  detail: string | null,
  { uids, transferSyntaxUid }: InstanceHeader,
  { sizeBytes }: OpenedObject,
): IngestResult {
  const instance = formatInstanceReport(uids, { outcome, transferSyntax: transferSyntaxUid, sizeBytes });
  return { outcome, reason, detail, sizeBytes, instances: [instance] };
}
