import { NotFoundError } from '../../domain/errors.ts';
import type { IncomingObject } from '../../domain/object-ref.ts';
import type { IngestResult } from '../../domain/report.ts';
import type { OpenedObject } from '../../ports/object-storage.ts';
import { carryBareDataSet } from './bare-data-set.ts';
import type { CarryCall, CarryDependencies } from './carry-dependencies.ts';
import { ContentRejected, readThrough, verifiedContent } from './content.ts';
import { readObjectHead } from './object-head.ts';
import { ignored, rejected } from './results.ts';
import { storeFile } from './store-file.ts';
import { verifiedBody } from './verified-body.ts';

/**
 * Carries one object into the store, once: opened, recognised, streamed, and the answer understood.
 *
 * Repeatable: it opens the object anew each time, and storing the same bytes twice is storing them once.
 */
export async function carryObject(
  object: IncomingObject,
  deps: CarryDependencies,
  call: CarryCall,
): Promise<IngestResult> {
  const { signal } = call;
  const opened = await openOrGone(object, deps, signal);
  if (opened === undefined)
    return ignored('generation-gone', 'This generation of the object is no longer there.');
  try {
    return await carryOpened(object, opened, deps, call);
  } catch (error) {
    if (!(error instanceof ContentRejected)) throw error;
    // It was found out from bytes that nobody had checked yet, so they are read once more, to the end.
    const again = await deps.storage.open(object, signal);
    await readThrough(verifiedBody(again.body, again, deps.crc32c));
    return rejected(error.rejection, opened.sizeBytes);
  }
}

async function carryOpened(
  object: IncomingObject,
  opened: OpenedObject,
  deps: CarryDependencies,
  call: CarryCall,
): Promise<IngestResult> {
  const { sizeBytes } = opened;
  const head = await readObjectHead(verifiedContent(opened, deps.crc32c, deps.mostBytes), deps);
  try {
    if (sizeBytes === 0)
      return rejected({ reason: 'empty-object', detail: 'The object is empty.' }, sizeBytes);
    if (sizeBytes > deps.mostBytes) return rejected(tooLarge(sizeBytes, deps.mostBytes), sizeBytes);
    if (head.reading.kind === 'instance') {
      const { header } = head.reading;
      const contentBytes = opened.contentEncoding === null ? sizeBytes : undefined;
      const file = { header, prefix: null, sizeBytes: contentBytes, note: null };
      return await storeFile(object, opened, file, head.body, deps, call);
    }
    const { rejection } = head.reading;
    if (rejection.reason === 'no-preamble' && deps.noPreamble === 'supply') {
      return await carryBareDataSet(object, opened, head.body, deps, call);
    }
    // The verdict rests on bytes that have not been verified yet: a damaged download must not condemn the object.
    await readThrough(head.body);
    return rejected(rejection, sizeBytes);
  } finally {
    await head.close();
  }
}

/** Undefined when that generation is gone, which is nobody's fault: its successor has an event of its own. */
async function openOrGone(
  object: IncomingObject,
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

function tooLarge(sizeBytes: number, mostBytes: number): { reason: 'too-large'; detail: string } {
  const detail =
    `The object has ${sizeBytes} bytes; more than ${mostBytes} cannot be stored within one delivery at ` +
    'MIN_THROUGHPUT. Store it with the import operation of the DICOM store (dicomStores.import).';
  return { reason: 'too-large', detail };
}
