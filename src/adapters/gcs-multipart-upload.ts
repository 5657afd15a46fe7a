import { randomUUID } from 'node:crypto';
import { MalformedAnswerError } from '../domain/errors.ts';
import { WRITE_CALL } from '../ports/object-writer.ts';
import { uploadResource, uploadUrl, type UploadTarget } from './gcs-object-upload.ts';
import type { HttpAnswer } from './http.ts';
import type { MeasuredBody } from './measured-body.ts';

/**
 * Uploads a body that has arrived as a whole, with its checksum before it ("Multipart uploads").
 *
 * @returns the answer, whatever it is.
 */
export async function uploadInOneRequest(target: UploadTarget, body: MeasuredBody): Promise<HttpAnswer> {
  const { http, object, signal } = target;
  const blocks = body.takeAhead();
  if (object.sizeBytes !== undefined && object.sizeBytes !== body.sizeBytes) {
    throw new MalformedAnswerError(`${WRITE_CALL}: the body is not as long as it was said to be`, {
      details: { call: WRITE_CALL },
    });
  }
  const boundary = randomUUID();
  const head = Buffer.from(
    `--${boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n` +
      `${JSON.stringify(uploadResource(target, body.crc32c))}\r\n` +
      `--${boundary}\r\nContent-Type: ${object.contentType}\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return http({
    method: 'POST',
    call: WRITE_CALL,
    url: uploadUrl(target, 'multipart'),
    headers: {
      'content-type': `multipart/related; boundary=${boundary}`,
      'content-length': String(head.length + body.sizeBytes + tail.length),
    },
    body: joined([head, ...blocks, tail]),
    signal,
  });
}

/** As a stream, so that it is given up when the other side takes no more of it. */
async function* joined(blocks: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const block of blocks) yield await Promise.resolve(block);
}
