import { ChecksumMismatchError } from '../domain/errors.ts';
import { WRITE_CALL, type NewObject, type WriteAnswer } from '../ports/object-writer.ts';
import { formatCrc32c, objectResource, toWrittenObject } from './gcs-object-resource.ts';
import type { Http, HttpAnswer } from './http.ts';
import { readJsonAnswer } from './json-answer.ts';
import type { MeasuredBody } from './measured-body.ts';
import { refusal } from './refusal.ts';
import { isThereAlready, objectUrl } from './storage-requests.ts';

/** What is written, and by what. */
export interface UploadTarget {
  readonly http: Http;
  readonly endpoint: string;
  readonly object: NewObject;
  readonly signal: AbortSignal;
}

/** Where an upload begins. */
export function uploadUrl({ endpoint, object }: UploadTarget, uploadType: 'multipart' | 'resumable'): string {
  const query = new URLSearchParams({
    uploadType,
    name: object.name,
    ifGenerationMatch: object.replaces ?? '0',
  });
  return `${endpoint}/upload/storage/v1/b/${encodeURIComponent(object.bucket)}/o?${query.toString()}`;
}

/** The object's resource, with its checksum where that is known before its bytes are sent. */
export function uploadResource({ object }: UploadTarget, crc32c?: number): object {
  const { name, contentType, metadata } = object;
  return { name, contentType, metadata, ...(crc32c === undefined ? {} : { crc32c: formatCrc32c(crc32c) }) };
}

/** What the last answer of an upload says has become of it. */
export async function settleUpload(
  { http, endpoint, object, signal }: UploadTarget,
  answer: HttpAnswer,
  { sizeBytes, crc32c }: MeasuredBody,
): Promise<WriteAnswer> {
  if (answer.status === 200) {
    const written = toWrittenObject(await readJsonAnswer(answer, WRITE_CALL, objectResource));
    if (written.sizeBytes === sizeBytes && written.crc32c === crc32c) return { kind: 'written', ...written };
    throw mismatch('another object than was sent');
  }
  const failure = await refusal(answer);
  // What is to be replaced is there for certain: a 403 is then the missing right to replace it, and nothing else.
  const isTaken =
    object.replaces === undefined
      ? await isThereAlready(answer, http, objectUrl(endpoint, object.bucket, object.name), signal)
      : answer.status === 412;
  if (isTaken) return { kind: 'exists' };
  // The form of the request is always the same, so what does not fit are the bytes that arrived.
  if (answer.status === 400) throw mismatch('400');
  throw failure;
}

function mismatch(what: string): ChecksumMismatchError {
  return new ChecksumMismatchError(`${WRITE_CALL}: answered ${what}`, { details: { call: WRITE_CALL } });
}
