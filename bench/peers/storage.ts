import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GoogleError } from '../../emulator/src/http/google-error.ts';
import { readBody, sendJson, type Handler } from '../../emulator/src/http/server.ts';
import { INBOX, STATE, parseObjectName } from './names.ts';
import { delayAnswer, refuseUnknown, type PeerContext } from './peer.ts';
import { makeObject, type SyntheticObject } from './synthetic-object.ts';

const OBJECT = /^(?:\/download)?\/storage\/v1\/b\/([^/]+)\/o\/([^/]+)$/;
const UPLOAD = /^\/upload\/storage\/v1\/b\/([^/]+)\/o$/;

/** The least of Cloud Storage: an inbox of synthetic objects, and a state bucket that takes all and holds nothing. */
export function makeStorage(context: PeerContext): Handler {
  return async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://storage');
    const [, bucket, name] = OBJECT.exec(pathname) ?? UPLOAD.exec(pathname) ?? [];
    if (request.method === 'GET' && bucket === INBOX && searchParams.get('alt') === 'media') {
      context.counters.count('get');
      await delayAnswer(context);
      await download(decodeURIComponent(name ?? ''), response);
      return;
    }
    if (bucket !== STATE) throw refuseUnknown(context, `${request.method ?? ''} ${pathname}`);
    context.counters.count('state');
    await answerState(context, request, response);
  };
}

async function download(name: string, response: ServerResponse): Promise<void> {
  const parsed = parseObjectName(name);
  if (parsed === undefined) throw new GoogleError(404, `No such object: ${INBOX}/${name}`, 'notFound');
  const object = makeObject(parsed.number, parsed.sizeBytes);
  response.writeHead(200, headersOf(object));
  await pipeline(Readable.from(object.pieces()), response);
}

function headersOf({ sizeBytes, crc32c }: SyntheticObject): Record<string, string> {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32c);
  return {
    'content-type': 'application/dicom',
    'content-length': String(sizeBytes),
    'x-goog-generation': '1',
    'x-goog-hash': `crc32c=${checksum.toString('base64')}`,
    'x-goog-stored-content-encoding': 'identity',
    'x-goog-stored-content-length': String(sizeBytes),
  };
}

async function answerState(
  context: PeerContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await readBody(request);
  await delayAnswer(context);
  if (request.method === 'GET') throw new GoogleError(404, 'No such object.', 'notFound');
  sendJson(response, 200, { kind: 'storage#object', bucket: STATE, generation: '1', metageneration: '1' });
}
