import { crc32c } from '@node-rs/crc32';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GoogleError } from '../../emulator/src/http/google-error.ts';
import { readBody, sendJson, type Handler } from '../../emulator/src/http/server.ts';
import { RECORDS, STATE } from '../peers/names.ts';
import { delayAnswer, refuseUnknown } from '../peers/peer.ts';
import { Documents } from './documents.ts';
import type { ExportContext } from './export-context.ts';

const OBJECT = /^\/storage\/v1\/b\/([^/]+)\/o\/([^/]+)$/;
const LIST = /^\/storage\/v1\/b\/([^/]+)\/o$/;
const UPLOAD = /^\/upload\/storage\/v1\/b\/([^/]+)\/o$/;

/** The most names of one page, as Cloud Storage's ("Objects: list"). */
const LARGEST_PAGE = 1000;

/** The least of Cloud Storage that exports and deletions need: documents are kept, objects are measured and thrown away. */
export class ExportStorage {
  /** The names of the objects that were written whole. */
  readonly objects = new Set<string>();
  /** The documents of the worker's own buckets, by bucket. */
  readonly documents: ReadonlyMap<string, Documents> = new Map([
    [STATE, new Documents()],
    [RECORDS, new Documents()],
  ]);
  /** Length and checksum of what has come of each resumable upload. */
  readonly #uploads = new Map<string, { sizeBytes: number; crc: number }>();

  forget(): void {
    this.objects.clear();
    for (const documents of this.documents.values()) documents.forget();
    this.#uploads.clear();
  }

  handler(context: ExportContext): Handler {
    return async (request, response) => {
      const url = new URL(request.url ?? '/', 'http://storage');
      const call = `${request.method ?? ''} ${url.pathname}`;
      const [, bucket = '', name] =
        UPLOAD.exec(url.pathname) ?? LIST.exec(url.pathname) ?? OBJECT.exec(url.pathname) ?? [];
      const documents = this.documents.get(bucket);
      if (UPLOAD.test(url.pathname)) {
        if (documents === undefined) await this.#takeObject(context, url, request, response);
        else await create(context, documents, url, request, response);
        return;
      }
      if (documents === undefined) throw refuseUnknown(context, call);
      await delayAnswer(context);
      if (name === undefined) list(context, documents, url, response);
      else answerDocument(context, documents, decodeURIComponent(name), request, response);
    };
  }

  async #takeObject(
    context: ExportContext,
    { pathname, searchParams, search }: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const type = searchParams.get('uploadType');
    const { host = '' } = request.headers;
    const name = searchParams.get('name') ?? '';
    context.requests.count(name.endsWith('/manifest.jsonl') ? 'manifest' : 'upload');
    if (type === 'resumable' && request.method === 'POST') {
      await readBody(request);
      await delayAnswer(context);
      const id = String(this.#uploads.size + 1);
      this.#uploads.set(id, { sizeBytes: 0, crc: 0 });
      const location = `http://${host}${pathname}${search}&upload_id=${id}`;
      response.writeHead(200, { location, 'content-length': 0 }).end();
      return;
    }
    const id = searchParams.get('upload_id');
    const before = this.#uploads.get(id ?? '') ?? { sizeBytes: 0, crc: 0 };
    const measured = await measure(request, before, type === 'multipart');
    await delayAnswer(context);
    if (/\/\*$/.test(request.headers['content-range'] ?? '')) {
      this.#uploads.set(id ?? '', measured);
      response.writeHead(308, { range: `bytes=0-${measured.sizeBytes - 1}`, 'content-length': 0 }).end();
      return;
    }
    this.objects.add(name);
    sendJson(response, 200, resource(measured.sizeBytes, measured.crc));
  }
}

async function create(
  context: ExportContext,
  documents: Documents,
  { searchParams }: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  context.requests.count('write');
  const name = searchParams.get('name') ?? '';
  const body = await readBody(request);
  await delayAnswer(context);
  const isAsExpected = String(documents.get(name)?.generation ?? 0) === searchParams.get('ifGenerationMatch');
  if (!isAsExpected) throw new GoogleError(412, 'Another is there.', 'conditionNotMet');
  sendJson(response, 200, resource(body.length, 0, documents.put(name, body)));
}

function list(
  { requests }: ExportContext,
  documents: Documents,
  { searchParams }: URL,
  response: ServerResponse,
): void {
  requests.count('list');
  const { names, hasMore } = documents.page({
    prefix: searchParams.get('prefix') ?? '',
    startOffset: searchParams.get('startOffset') ?? '',
    after: searchParams.get('pageToken') ?? '',
    limit: Math.min(LARGEST_PAGE, Number(searchParams.get('maxResults') ?? LARGEST_PAGE)),
  });
  sendJson(response, 200, {
    kind: 'storage#objects',
    items: names.map((name) => ({ name })),
    ...(hasMore ? { nextPageToken: names.at(-1) } : {}),
  });
}

function answerDocument(
  context: ExportContext,
  documents: Documents,
  name: string,
  { method = '', url = '' }: IncomingMessage,
  response: ServerResponse,
): void {
  if (method === 'DELETE') {
    context.requests.count('remove');
    if (!documents.remove(name)) throw new GoogleError(404, 'None.', 'notFound');
    response.writeHead(204).end();
    return;
  }
  if (method !== 'GET') throw refuseUnknown(context, `${method} ${url}`);
  context.requests.count('read');
  const document = documents.get(name);
  if (document === undefined) throw new GoogleError(404, 'None.', 'notFound');
  const { body, generation } = document;
  response
    .writeHead(200, { 'content-length': body.length, 'x-goog-generation': String(generation) })
    .end(body);
}

interface Measured {
  readonly sizeBytes: number;
  readonly crc: number;
}

/** Of a multipart upload only what is between the second head and the tail counts; the head says the checksum. */
async function measure(request: IncomingMessage, before: Measured, isMultipart: boolean): Promise<Measured> {
  let { sizeBytes, crc } = before;
  let head = Buffer.alloc(0);
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (!isMultipart) crc = crc32c(chunk, crc);
    else if (head.length < 2048) head = Buffer.concat([head, chunk.subarray(0, 2048)]);
  }
  if (!isMultipart) return { sizeBytes, crc };
  const text = head.toString('latin1');
  const boundary = /^--(.*)\r\n/.exec(text)?.[1] ?? '';
  const second = text.indexOf('\r\n\r\n', text.indexOf(`\r\n--${boundary}\r\n`)) + 4;
  const stated = /"crc32c":"([^"]+)"/.exec(text)?.[1] ?? '';
  const known = stated === '' ? 0 : Buffer.from(stated, 'base64').readUInt32BE(0);
  return { sizeBytes: sizeBytes - second - boundary.length - 8, crc: known };
}

function resource(sizeBytes: number, crc: number, generation = 1): object {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc >>> 0);
  return {
    kind: 'storage#object',
    generation: String(generation),
    size: String(sizeBytes),
    crc32c: bytes.toString('base64'),
  };
}
