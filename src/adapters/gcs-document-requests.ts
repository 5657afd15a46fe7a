import { MalformedAnswerError, NotFoundError, RequestRefusedError } from '../domain/errors.ts';
import type { Http, HttpAnswer } from './http.ts';
import { refusal } from './refusal.ts';
import { objectUrl } from './storage-requests.ts';

/** The bucket that documents are in. */
export interface DocumentBucket {
  readonly http: Http;
  readonly endpoint: string;
  readonly bucket: string;
}

interface DocumentRequest {
  readonly name: string;
  readonly call: string;
  readonly signal: AbortSignal;
}

interface DocumentUpload extends DocumentRequest {
  /** A stream is JSON lines. */
  readonly body: Buffer | AsyncIterable<Buffer>;
  /** The generation that is to be there now, `0` for none. */
  readonly generation: string;
}

/** The longest document that is read as a whole, and so the longest that is written. */
const LONGEST_DOCUMENT_BYTES = 16 * 1024 * 1024;

/** Asks for a document's bytes. @returns the answer, which is 200; undefined when there is no such document. */
export async function openDocument(
  { http, endpoint, bucket }: DocumentBucket,
  { name, call, signal }: DocumentRequest,
): Promise<HttpAnswer | undefined> {
  const url = `${objectUrl(endpoint, bucket, name)}?alt=media`;
  const answer = await http({ method: 'GET', call, url, headers: {}, signal });
  if (answer.status === 200) return answer;
  const failure = await refusal(answer);
  if (failure instanceof NotFoundError) return undefined;
  throw failure;
}

/** @throws MalformedAnswerError when it is not JSON, or too long. */
export async function readDocument(answer: HttpAnswer, call: string): Promise<unknown> {
  const text = await answer.text(LONGEST_DOCUMENT_BYTES);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new MalformedAnswerError(`${call}: it is not JSON`, { cause, details: { call } });
  }
}

/** @throws RequestRefusedError when nobody could read it again, because it is too long. */
export function serializeDocument(content: unknown, call: string): Buffer {
  const bytes = Buffer.from(JSON.stringify(content));
  if (bytes.length <= LONGEST_DOCUMENT_BYTES) return bytes;
  const message = `${call}: it is longer than ${LONGEST_DOCUMENT_BYTES} bytes`;
  throw new RequestRefusedError(message, { details: { call, sizeBytes: bytes.length } });
}

/**
 * Writes an object in one request, if its precondition holds.
 *
 * A body that throws cuts the request off before its end, and then there is nothing: "the object is not created until
 * the upload is complete" (Cloud Storage, "Uploads and downloads").
 */
export function uploadDocument(
  { http, endpoint, bucket }: DocumentBucket,
  { name, call, signal, body, generation }: DocumentUpload,
): Promise<HttpAnswer> {
  const query = new URLSearchParams({ uploadType: 'media', name, ifGenerationMatch: generation });
  return http({
    method: 'POST',
    call,
    url: `${endpoint}/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?${query.toString()}`,
    headers: { 'content-type': Buffer.isBuffer(body) ? 'application/json' : 'application/x-ndjson' },
    body,
    signal,
  });
}
