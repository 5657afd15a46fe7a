import { BareDataSetWalk, type BareDataSet } from '../../domain/dicom/bare-data-set.ts';
import { DamagedDataSet } from '../../domain/dicom/element.ts';
import {
  UID_FIELDS,
  decodeUid,
  identityRejection,
  toHeader,
  type Identity,
} from '../../domain/dicom/identity.ts';
import { bareTransferSyntax, formatSuppliedMeta } from '../../domain/dicom/supplied-meta.ts';
import type { IncomingObject } from '../../domain/object-ref.ts';
import type { IngestResult } from '../../domain/report.ts';
import type { OpenedObject } from '../../ports/object-storage.ts';
import type { CarryCall, CarryDependencies } from './carry-dependencies.ts';
import type { DicomFile } from './dicom-file.ts';
import { rejected } from './results.ts';
import { reopened, storeFile } from './store-file.ts';

/**
 * Carries a data set that came without preamble and file meta information, supplying them.
 *
 * Read twice: once to its very end, to be sure that it is a data set, and once more to be stored.
 *
 * @param content of the object, not read yet.
 */
export async function carryBareDataSet(
  object: IncomingObject,
  opened: OpenedObject,
  content: AsyncIterable<Buffer>,
  deps: CarryDependencies,
  call: CarryCall,
): Promise<IngestResult> {
  const walked = await walk(content, deps.maxHeaderBytes);
  if (walked.bareDataSet === undefined) return rejected(notWalkable(walked.problem), opened.sizeBytes);
  const { encoding, values } = walked.bareDataSet;
  const identity: Identity = {};
  for (const [tag, field] of UID_FIELDS) {
    const value = values.get(tag);
    if (value !== undefined) identity[field] = decodeUid(value);
  }
  const rejection = identityRejection(identity);
  if (rejection !== undefined) return rejected(rejection, opened.sizeBytes);
  const transferSyntaxUid = bareTransferSyntax(encoding);
  const header = { ...toHeader(identity), transferSyntaxUid };
  const prefix = formatSuppliedMeta({
    sopClassUid: header.sopClassUid,
    sopInstanceUid: header.uids.sopInstanceUid,
    encoding,
  });
  const file: DicomFile = { header, prefix, sizeBytes: prefix.length + walked.sizeBytes, note: NOTE };
  return storeFile(object, opened, file, reopened(object, prefix, deps, call.signal), deps, call);
}

const NOTE = 'Preamble and file meta information were supplied (NO_PREAMBLE=supply).';

interface Walked {
  readonly bareDataSet: BareDataSet | undefined;
  readonly problem: string;
  readonly sizeBytes: number;
}

/** Reads everything, also past the first problem, because only the end proves that the bytes are the stored ones. */
async function walk(content: AsyncIterable<Buffer>, maxHeaderBytes: number): Promise<Walked> {
  const walker = new BareDataSetWalk(new Set(UID_FIELDS.keys()), maxHeaderBytes);
  let problem: string | undefined;
  let sizeBytes = 0;
  const attempt = <T>(step: () => T): T | undefined => {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof DamagedDataSet)) throw error;
      problem ??= error.message;
      return undefined;
    }
  };
  for await (const block of content) {
    sizeBytes += block.length;
    if (problem === undefined) attempt(() => walker.push(block));
  }
  const bareDataSet = problem === undefined ? attempt(() => walker.end()) : undefined;
  return { bareDataSet, problem: problem ?? '', sizeBytes };
}

function notWalkable(problem: string): { reason: 'no-preamble'; detail: string } {
  return {
    reason: 'no-preamble',
    detail: `The object has no preamble, and none is supplied, because its data set cannot be walked to its end: ${problem}.`,
  };
}
