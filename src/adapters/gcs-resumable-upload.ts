import { ConnectionLostError, MalformedAnswerError, UnavailableError } from '../domain/errors.ts';
import { WRITE_CALL } from '../ports/object-writer.ts';
import { formatCrc32c } from './gcs-object-resource.ts';
import { uploadResource, uploadUrl, type UploadTarget } from './gcs-object-upload.ts';
import type { HttpAnswer } from './http.ts';
import type { MeasuredBody } from './measured-body.ts';

/** All requests of an upload but the last carry multiples of it ("Resumable uploads"). */
const UNIT_BYTES = 256 * 1024;

/**
 * Uploads a body of known length in two requests: all but its end as one stream, then the end with the checksum of all.
 *
 * The checksum is known only when all has passed by, and counts in the headers of the request that completes the upload. So the end, at most
 * one unit, is held back for a request of its own; nothing else is. What is left behind half-way is visible to nobody.
 *
 * @returns the last answer, or that of the request that ended the upload before.
 */
export async function uploadStream(
  target: UploadTarget,
  body: MeasuredBody,
  sizeBytes: number,
): Promise<HttpAnswer> {
  const session = await begin(target, sizeBytes);
  if (typeof session !== 'string') return session;
  const streamed = Math.floor((sizeBytes - 1) / UNIT_BYTES) * UNIT_BYTES;
  const early = await send(target, session, body.take(streamed), { first: 0, bytes: streamed });
  if (early !== undefined) return early;
  const end: Buffer[] = [];
  for await (const block of body.take(sizeBytes - streamed)) end.push(block);
  await body.end();
  return complete(target, session, end, body);
}

/** Uploads a body of unknown length, holding one chunk of it. @returns as {@link uploadStream} */
export async function uploadInChunks(
  target: UploadTarget,
  body: MeasuredBody,
  chunkBytes: number,
): Promise<HttpAnswer> {
  const session = await begin(target, undefined);
  if (typeof session !== 'string') return session;
  while (!(await body.isWithin(chunkBytes))) {
    const first = body.sizeBytes;
    const chunk = body.takeAhead(chunkBytes);
    const early = await send(target, session, arriving(chunk), { first, bytes: chunkBytes });
    if (early !== undefined) return early;
  }
  return complete(target, session, body.takeAhead(), body);
}

/** @returns the address of the upload, or the answer that there is none. */
async function begin(target: UploadTarget, sizeBytes: number | undefined): Promise<string | HttpAnswer> {
  const { http, endpoint, object, signal } = target;
  const answer = await http({
    method: 'POST',
    call: WRITE_CALL,
    url: uploadUrl(target, 'resumable'),
    headers: {
      'content-type': 'application/json; charset=UTF-8',
      'x-upload-content-type': object.contentType,
      ...(sizeBytes === undefined ? {} : { 'x-upload-content-length': String(sizeBytes) }),
    },
    body: Buffer.from(JSON.stringify(uploadResource(target))),
    signal,
  });
  if (answer.status !== 200) return answer;
  await answer.discard();
  const session = answer.header('location') ?? '';
  // It is sent a token, so it has to be the service that was asked.
  if (URL.canParse(session) && new URL(session).origin === new URL(endpoint).origin) return session;
  throw new MalformedAnswerError(`${WRITE_CALL}: the answer names no place to upload to`, {
    details: { call: WRITE_CALL },
  });
}

/** Sends bytes that are not the last. @returns undefined when all of them were taken, else the answer. */
async function send(
  { http, signal }: UploadTarget,
  session: string,
  body: AsyncIterable<Buffer>,
  { first, bytes }: { readonly first: number; readonly bytes: number },
): Promise<HttpAnswer | undefined> {
  const last = first + bytes - 1;
  const answer = await http({
    method: 'PUT',
    call: WRITE_CALL,
    url: session,
    headers: { 'content-length': String(bytes), 'content-range': `bytes ${first}-${last}/*` },
    body,
    signal,
  });
  await requireSession(answer);
  if (answer.status !== 308) return answer;
  await answer.discard();
  if (answer.header('range') === `bytes=0-${last}`) return undefined;
  // The service may keep less than it was sent; the bytes are gone, so the upload begins anew.
  throw new ConnectionLostError(`${WRITE_CALL}: the service kept less than it was sent`, {
    details: { call: WRITE_CALL },
  });
}

/** Sends the last bytes, with the checksum of all: they become an object if it is right. */
async function complete(
  { http, signal }: UploadTarget,
  session: string,
  end: readonly Buffer[],
  { sizeBytes, crc32c }: MeasuredBody,
): Promise<HttpAnswer> {
  const length = end.reduce((sum, block) => sum + block.length, 0);
  const answer = await http({
    method: 'PUT',
    call: WRITE_CALL,
    url: session,
    headers: {
      'content-length': String(length),
      'content-range': `bytes ${sizeBytes - length}-${sizeBytes - 1}/${sizeBytes}`,
      'x-goog-hash': `crc32c=${formatCrc32c(crc32c)}`,
    },
    body: arriving(end),
    signal,
  });
  await requireSession(answer);
  return answer;
}

/**
 * An upload that is not known any more is begun anew ("Resumable uploads": after 404 and 410 the upload has to be started
 * over), where the same answer to the request that begins it would be about the bucket.
 *
 * @throws UnavailableError
 */
async function requireSession(answer: HttpAnswer): Promise<void> {
  if (answer.status !== 404 && answer.status !== 410) return;
  await answer.discard();
  throw new UnavailableError(`${WRITE_CALL}: the upload is not known any more`, {
    details: { call: WRITE_CALL, status: answer.status },
  });
}

async function* arriving(blocks: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const block of blocks) yield await Promise.resolve(block);
}
