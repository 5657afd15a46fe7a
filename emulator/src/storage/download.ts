import { closeSync, createReadStream } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { GoogleError } from '../http/google-error.ts';
import { sendJson } from '../http/server.ts';
import { parseByteRange, type ByteRange } from './byte-range.ts';
import { generationOf, type Call } from './call.ts';
import { checkForRead, parsePreconditions } from './preconditions.ts';
import type { ObjectRecord } from './records.ts';
import { etagOf } from './resources.ts';
import type { StorageService } from './service.ts';

const READ_CHUNK_BYTES = 262_144;

/**
 * Sends an object's bytes.
 *
 * An object with `Content-Encoding: gzip` is sent decompressed to a client that does not accept gzip. Then the
 * length is not known, a range is ignored, and `x-goog-hash` is still that of the stored bytes.
 */
export async function download({ catalog, bodies }: StorageService, call: Call): Promise<void> {
  const { request, response, query } = call;
  const record = catalog.object(call.param('bucket'), call.param('object'), generationOf(query));
  checkForRead(parsePreconditions(query), record);
  const headers = headersOf(record);
  const isTranscoded = isDecompressed(record, request.headers['accept-encoding']);
  const range = isTranscoded ? undefined : parseByteRange(request.headers.range, record.sizeBytes);
  if (range === 'unsatisfiable') {
    const error = new GoogleError(416, 'The requested range cannot be satisfied.');
    sendJson(response, 416, error.toJson(), { 'content-range': `bytes */${record.sizeBytes}` });
    return;
  }
  // In the same turn as the look-up: from here on the bytes stay readable though the object be deleted.
  const file = bodies.open(record.bodyId);
  const { status, extra } = isTranscoded ? TRANSCODED : describe(record, range);
  response.writeHead(status, { ...headers, ...extra });
  const { first, last } = range ?? { first: 0, last: record.sizeBytes - 1 };
  if (request.method === 'HEAD' || last < first) {
    closeSync(file);
    response.end();
    return;
  }
  const stored = createReadStream('', { fd: file, start: first, end: last, highWaterMark: READ_CHUNK_BYTES });
  if (isTranscoded) await pipeline(stored, createGunzip(), response);
  else await pipeline(stored, response);
}

const TRANSCODED = {
  status: 200,
  extra: {
    warning: '214 UploadServer gunzipped',
    'x-guploader-response-body-transformations': 'gunzipped',
  },
};

function describe(
  record: ObjectRecord,
  range: ByteRange | undefined,
): { readonly status: number; readonly extra: OutgoingHttpHeaders } {
  const { contentEncoding } = record.settings;
  const encoding = contentEncoding === undefined ? {} : { 'content-encoding': contentEncoding };
  if (range === undefined) return { status: 200, extra: { ...encoding, 'content-length': record.sizeBytes } };
  return {
    status: 206,
    extra: {
      ...encoding,
      'content-length': range.last - range.first + 1,
      'content-range': `bytes ${range.first}-${range.last}/${record.sizeBytes}`,
    },
  };
}

function headersOf(record: ObjectRecord): OutgoingHttpHeaders {
  const { settings, crc32c, md5Hash } = record;
  const { contentType, contentDisposition, contentLanguage, contentEncoding, cacheControl } = settings;
  return {
    'content-type': contentType ?? 'application/octet-stream',
    'cache-control': cacheControl ?? 'no-cache, no-store, max-age=0, must-revalidate',
    ...(contentDisposition === undefined ? {} : { 'content-disposition': contentDisposition }),
    ...(contentLanguage === undefined ? {} : { 'content-language': contentLanguage }),
    ...(contentEncoding === 'gzip' ? { vary: 'Accept-Encoding' } : {}),
    etag: etagOf(record),
    'last-modified': new Date(record.updated).toUTCString(),
    'x-goog-generation': String(record.generation),
    'x-goog-metageneration': String(record.metageneration),
    'x-goog-storage-class': 'STANDARD',
    'x-goog-stored-content-encoding': contentEncoding ?? 'identity',
    'x-goog-stored-content-length': String(record.sizeBytes),
    'x-goog-hash': [`crc32c=${crc32c}`, ...(md5Hash === undefined ? [] : [`md5=${md5Hash}`])].join(','),
  };
}

function isDecompressed({ settings }: ObjectRecord, acceptEncoding: string | string[] | undefined): boolean {
  if (settings.contentEncoding !== 'gzip' || settings.cacheControl?.includes('no-transform') === true)
    return false;
  return !/(?:^|[\s,])gzip(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(String(acceptEncoding ?? ''));
}
