import { crc32c } from '@node-rs/crc32';
import type { IncomingMessage } from 'node:http';
import { GoogleError } from '../../emulator/src/http/google-error.ts';
import { readBody, sendJson, type Handler } from '../../emulator/src/http/server.ts';
import { STATE } from '../peers/names.ts';
import { delayAnswer, refuseUnknown, type PeerContext } from '../peers/peer.ts';

const OBJECT = /^\/storage\/v1\/b\/([^/]+)\/o\/([^/]+)$/;
const LIST = /^\/storage\/v1\/b\/([^/]+)\/o$/;
const UPLOAD = /^\/upload\/storage\/v1\/b\/([^/]+)\/o$/;

/** The least of Cloud Storage that exports need: documents are kept, objects are measured and thrown away. */
export class ExportStorage {
  /** The names of the objects that were written whole. */
  readonly objects = new Set<string>();
  readonly #documents = new Map<string, Buffer>();
  /** Length and checksum of what has come of each resumable upload. */
  readonly #uploads = new Map<string, { sizeBytes: number; crc: number }>();

  forget(): void {
    this.objects.clear();
    this.#documents.clear();
    this.#uploads.clear();
  }

  handler(context: PeerContext): Handler {
    return async (request, response) => {
      const { pathname, searchParams, search } = new URL(request.url ?? '/', 'http://storage');
      const call = `${request.method ?? ''} ${pathname}`;
      const [, uploadBucket] = UPLOAD.exec(pathname) ?? [];
      if (uploadBucket === STATE || uploadBucket === 'records') {
        const name = searchParams.get('name') ?? '';
        const body = await readBody(request);
        await delayAnswer(context);
        if (this.#documents.has(name)) throw new GoogleError(412, 'It is there.', 'conditionNotMet');
        if (uploadBucket === STATE) this.#documents.set(name, body);
        sendJson(response, 200, resource(body.length, 0));
        return;
      }
      if (uploadBucket !== undefined) {
        const type = searchParams.get('uploadType');
        const { host = '' } = request.headers;
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
        this.objects.add(searchParams.get('name') ?? '');
        sendJson(response, 200, resource(measured.sizeBytes, measured.crc));
        return;
      }
      await delayAnswer(context);
      const [, bucket] = LIST.exec(pathname) ?? [];
      if (bucket === STATE) {
        const prefix = searchParams.get('prefix') ?? '';
        const names = [...this.#documents.keys()].filter((name) => name.startsWith(prefix)).sort();
        sendJson(response, 200, { kind: 'storage#objects', items: names.map((name) => ({ name })) });
        return;
      }
      const [, from, name] = OBJECT.exec(pathname) ?? [];
      if (request.method !== 'GET' || from === undefined) throw refuseUnknown(context, call);
      const document = this.#documents.get(decodeURIComponent(name ?? ''));
      if (from !== STATE || document === undefined) throw new GoogleError(404, 'None.', 'notFound');
      response.writeHead(200, { 'content-length': document.length }).end(document);
    };
  }
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

function resource(sizeBytes: number, crc: number): object {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc >>> 0);
  return {
    kind: 'storage#object',
    generation: '1',
    size: String(sizeBytes),
    crc32c: bytes.toString('base64'),
  };
}
