import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DicomStore } from '../storage/dicom-store.ts';
import type { Location } from '../storage/instance-index.ts';
import { unlessMissing } from '../storage/missing-file.ts';
import { PlainTextError } from './errors.ts';
import { missingResource, type Exchange, type ResourceUids } from './exchange.ts';
import { parseAccept, rangeIncludes, type MediaType } from './media-types.ts';

const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

/** The transfer syntaxes that may be asked for; `*` stands for the stored bytes. */
const TRANSFER_SYNTAXES = new Set([
  '*',
  ...['', '.1', '.1.99', '.5', '.8.1'].map((end) => `1.2.840.10008.1.2${end}`),
  ...[50, 51, 57, 70, 80, 81, 90, 91, 110, 111, 112, 201, 202, 203].map(
    (end) => `1.2.840.10008.1.2.4.${end}`,
  ),
]);

interface Form {
  readonly isMultipart: boolean;
  readonly transferSyntax: string;
}

/** Retrieve transaction: a study, a series or an instance as DICOM Part 10 files. */
export async function retrieve(exchange: Exchange, uids: ResourceUids): Promise<void> {
  const { request, response, store, switches } = exchange;
  const form = chooseForm(request.headers.accept, uids.instance !== undefined);
  const locations = locate(store, uids);
  if (locations.length === 0) throw missingResource(uids, switches.missingResourceStatus);
  for (const { instance } of locations) refuseTranscoding(instance.transferSyntaxUid, form);
  if (form.isMultipart) {
    const boundary = randomUUID();
    response.writeHead(200, {
      'content-type': `multipart/related; type="application/dicom"; boundary=${boundary}`,
    });
    await pipeline(Readable.from(parts(store, locations, boundary), { objectMode: false }), response);
    return;
  }
  await sendSinglePart(exchange, uids, locations);
}

function locate({ index }: DicomStore, { study, series, instance }: ResourceUids): Location[] {
  if (series === undefined || instance === undefined) return index.within(study, series);
  const location = index.find({ study, series, instance });
  return location === undefined ? [] : [location];
}

/** @throws PlainTextError 406 when no media range can be served. */
function chooseForm(accept: string | undefined, isInstance: boolean): Form {
  for (const range of parseAccept(accept)) {
    const transferSyntax = range.parameters.get('transfer-syntax') ?? EXPLICIT_LITTLE_ENDIAN;
    if (!TRANSFER_SYNTAXES.has(transferSyntax)) continue;
    if (isMultipartDicom(range)) return { isMultipart: true, transferSyntax };
    if (isInstance && rangeIncludes(range, 'application/dicom'))
      return { isMultipart: false, transferSyntax };
  }
  const supported = ['*', EXPLICIT_LITTLE_ENDIAN].flatMap((syntax) => [
    `multipart/related; transfer-syntax=${syntax}; type="application/dicom"`,
    ...(isInstance ? [`application/dicom; transfer-syntax=${syntax}`] : []),
  ]);
  throw new PlainTextError(
    406,
    `no supported media type found in [${accept ?? ''}], accept-header must include one of ${supported.join(',')}`,
  );
}

function isMultipartDicom(range: MediaType): boolean {
  const type = range.parameters.get('type')?.toLowerCase();
  return rangeIncludes(range, 'multipart/related') && (type === undefined || type === 'application/dicom');
}

function refuseTranscoding(stored: string, { transferSyntax }: Form): void {
  if (transferSyntax === '*' || transferSyntax === stored) return;
  throw new PlainTextError(
    400,
    `The local stand-in cannot transcode: the instance is stored as ${stored}, and ${transferSyntax} was asked for. ` +
      'Google would transcode where it can. Ask for transfer-syntax=* to get the stored bytes.',
  );
}

async function sendSinglePart(
  { response, store, switches }: Exchange,
  uids: ResourceUids,
  [location]: readonly Location[],
): Promise<void> {
  if (location === undefined) throw new Error('A single part has one instance.');
  const file = await open(store.bodyPath(location.instance.order)).catch(unlessMissing);
  if (file === undefined) throw missingResource(uids, switches.missingResourceStatus);
  try {
    response.writeHead(200, {
      'content-type': `application/dicom; transfer-syntax=${location.instance.transferSyntaxUid}`,
      'content-length': (await file.stat()).size,
    });
    await pipeline(file.createReadStream({ autoClose: false }), response);
  } finally {
    await file.close();
  }
}

async function* parts(
  store: DicomStore,
  locations: readonly Location[],
  boundary: string,
): AsyncGenerator<Buffer> {
  for (const { instance } of locations) {
    const file = await open(store.bodyPath(instance.order)).catch(unlessMissing);
    // It was deleted while the answer was on its way.
    if (file === undefined) continue;
    try {
      const type = `application/dicom; transfer-syntax=${instance.transferSyntaxUid}`;
      yield Buffer.from(`--${boundary}\r\nContent-Type: ${type}\r\n\r\n`);
      yield* file.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>;
      yield Buffer.from('\r\n');
    } finally {
      await file.close();
    }
  }
  yield Buffer.from(`--${boundary}--\r\n`);
}
