import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GoogleError } from '../../http/google-error.ts';
import { toDicomJson } from '../dicom/dicom-json.ts';
import type { HealthcareSwitches } from '../switches.ts';
import { byLevel, isRecorded } from './attributes.ts';
import { PlainTextError } from './errors.ts';
import { examine, type Examined } from './examine.ts';
import type { Exchange } from './exchange.ts';
import { parseAccept, parseMediaType, rangeIncludes } from './media-types.ts';
import { MultipartError, readParts } from './multipart.ts';
import {
  formatStoreAnswer,
  type FailedItem,
  type FailureCause,
  type ItemOutcome,
  type StoreFormat,
} from './store-answer.ts';

const STORAGE_CLASSES = ['STANDARD', 'NEARLINE', 'COLDLINE', 'ARCHIVE'];

/**
 * Store transaction: `POST …/dicomWeb/studies` and `POST …/dicomWeb/studies/{study}`.
 *
 * Bodies go to disk as they arrive. Nothing is stored before the whole request is there, so that a request cut
 * short leaves no trace; then each instance succeeds or fails for itself.
 *
 * @param study the study of the path, to which all instances must belong.
 */
export async function storeInstances(exchange: Exchange, study: string | undefined): Promise<void> {
  const { request, response, baseUrl, switches } = exchange;
  const format = chooseFormat(request.headers.accept);
  const storageClass = storageClassOf(request.headers['storage-class']);
  const spooled: string[] = [];
  const outcomes: ItemOutcome[] = [];
  try {
    await spoolBody(exchange, spooled);
    if (spooled.length === 0) throw new PlainTextError(400, 'The request has no instances.');
    for (const path of spooled) outcomes.push(await storeOne(exchange, path, study, storageClass));
  } finally {
    await Promise.all(spooled.map((path) => rm(path, { force: true })));
  }
  refuseWhileDeleting(outcomes, switches);
  const ofAnswer = study ?? outcomes.find((outcome) => outcome.isStored)?.uids.study;
  const { contentType, body } = formatStoreAnswer(outcomes, ofAnswer, baseUrl, format);
  const status = statusOf(outcomes, switches);
  response.writeHead(status, { 'content-type': contentType, 'content-length': body.length }).end(body);
}

function statusOf(outcomes: readonly ItemOutcome[], { otherStudyStatus }: HealthcareSwitches): number {
  const failed = outcomes.filter((outcome) => !outcome.isStored);
  if (failed.length === 0) return 200;
  return failed.some(({ cause }) => cause === 'other-study') ? otherStudyStatus : 409;
}

/** @throws PlainTextError or GoogleError where an instance for what is being deleted fails the whole request. */
function refuseWhileDeleting(
  outcomes: readonly ItemOutcome[],
  { storeDuringDeletion: status }: HealthcareSwitches,
): void {
  const isConcerned = outcomes.some((outcome) => !outcome.isStored && outcome.cause === 'being-deleted');
  if (!isConcerned || status === 409) return;
  throw status === 400 ? new PlainTextError(400, BEING_DELETED) : new GoogleError(503, BEING_DELETED);
}

function chooseFormat(accept: string | undefined): StoreFormat {
  for (const range of parseAccept(accept)) {
    if (rangeIncludes(range, 'application/dicom+xml')) return 'xml';
    if (rangeIncludes(range, 'application/dicom+json')) return 'json';
  }
  throw new PlainTextError(
    406,
    `no supported media type found in [${accept ?? ''}], accept-header must include one of application/dicom+xml,application/dicom+json`,
  );
}

function storageClassOf(header: string | string[] | undefined): string {
  if (header === undefined) return 'STANDARD';
  if (typeof header === 'string' && STORAGE_CLASSES.includes(header)) return header;
  throw new PlainTextError(400, `unsupported Storage-Class: ${String(header)}`);
}

/** Writes the instances of a request to files, whose paths are added to `spooled` in the order of the parts. */
async function spoolBody({ request, store }: Exchange, spooled: string[]): Promise<void> {
  const contentType = request.headers['content-type'] ?? '';
  const { type, parameters } = parseMediaType(contentType);
  const spool = async (content: Readable) => {
    const path = store.newSpoolPath();
    spooled.push(path);
    await pipeline(content, createWriteStream(path));
  };
  if (type === 'application/dicom') return spool(request);
  const partType = parseMediaType(parameters.get('type') ?? '').type;
  if (type === 'multipart/related' && partType === 'application/dicom+json') {
    throw new GoogleError(501, 'The local stand-in does not store instances in the form of DICOM JSON.');
  }
  if (type !== 'multipart/related' || partType !== 'application/dicom') {
    throw new PlainTextError(400, `unsupported media type: ${contentType}`);
  }
  const boundary = parameters.get('boundary');
  if (boundary === undefined || boundary === '') {
    throw new PlainTextError(400, 'the Content-Type of a multipart body needs a boundary');
  }
  try {
    await readParts(request, boundary, async (content, headers) => {
      const partContentType = headers['content-type']?.[0] ?? partType;
      if (parseMediaType(partContentType).type !== partType) {
        throw new PlainTextError(400, `unsupported media type of a part: ${partContentType}`);
      }
      await spool(content);
    });
  } catch (error) {
    throw error instanceof MultipartError ? new PlainTextError(400, error.message) : error;
  }
}

async function storeOne(
  { store, switches }: Exchange,
  path: string,
  study: string | undefined,
  storageClass: string,
): Promise<ItemOutcome> {
  const instance = await examine(path, switches);
  if (!instance.isUsable) return failure(instance, instance.problem);
  const { header, sopClassUid, uids } = instance;
  if (study !== undefined && uids.study !== study) {
    const detail = `the study instance UID is not that of the path, ${study}`;
    return failure(instance, detail, 'other-study');
  }
  const addition = await store.add(path, {
    ...uids,
    transferSyntaxUid: header.transferSyntaxUid,
    sizeBytes: (await stat(path)).size,
    storageClass,
    storedAt: new Date(Date.now()).toISOString(),
    attributes: byLevel(toDicomJson(header, { wants: isRecorded })),
  });
  if (addition === 'being-deleted') return failure(instance, BEING_DELETED, addition);
  const isStored =
    addition === 'added' || (addition === 'identical' && switches.identicalDuplicate === 'stored');
  return isStored ? { isStored, sopClassUid, uids } : failure(instance, DUPLICATE[switches.duplicateDetail]);
}

const BEING_DELETED =
  'the study or series is being deleted, and instances cannot be inserted before that is over';

const DUPLICATE: Readonly<Record<HealthcareSwitches['duplicateDetail'], string>> = {
  'already-exists': 'already exists',
  'checksum-mismatch':
    'An instance already exists in this DICOM Store with the same Study/Series/SOPInstance UID, but the DICOM files differ (checksum mismatch).',
};

function failure(
  { sopClassUid, uids }: Examined,
  detail: string,
  cause: FailureCause = 'instance',
): FailedItem {
  return { isStored: false, cause, detail, sopClassUid, sopInstanceUid: uids.instance };
}
