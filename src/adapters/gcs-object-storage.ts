import { MalformedAnswerError } from '../domain/errors.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
import type { CopyTarget, ObjectStorage, OpenedObject } from '../ports/object-storage.ts';
import type { Http, HttpAnswer } from './http.ts';
import { refusal } from './refusal.ts';
import { isThereAlready, objectUrl, settleRemoval } from './storage-requests.ts';

/** A copy between locations or classes may take several calls (Cloud Storage, "Objects: rewrite"). */
const MOST_REWRITE_CALLS = 1000;

/** Cloud Storage over its JSON API. */
export function makeGcsObjectStorage(http: Http, endpoint: string): ObjectStorage {
  return {
    async open(object, signal) {
      const query = new URLSearchParams({ alt: 'media', generation: object.generation });
      const answer = await http({
        method: 'GET',
        call: 'open object',
        url: `${objectUrl(endpoint, object.bucket, object.name)}?${query.toString()}`,
        // Asks for the stored bytes: without it, objects of Content-Encoding gzip are decompressed on the way
        // ("Transcoding of gzip-compressed files"), and then neither length nor checksum can be compared.
        headers: { 'accept-encoding': 'gzip' },
        signal,
      });
      if (answer.status !== 200) throw await refusal(answer);
      return await toOpenedObject(answer);
    },

    async copy(object, target, signal) {
      let rewriteToken: string | undefined;
      for (let call = 0; call < MOST_REWRITE_CALLS; call += 1) {
        const answer = await http({
          method: 'POST',
          call: 'copy object',
          url: rewriteUrl(endpoint, object, target, rewriteToken),
          headers: { 'content-type': 'application/json' },
          body: Buffer.from(JSON.stringify(resourceOf(target))),
          signal,
        });
        if (answer.status !== 200) {
          await answer.discard();
          const targetUrl = objectUrl(endpoint, target.bucket, target.name);
          if (await isThereAlready(answer, http, targetUrl, signal)) return 'exists';
          throw answer.failure();
        }
        const progress = parseRewrite(await answer.text());
        if (progress.done) return 'created';
        rewriteToken = progress.rewriteToken;
      }
      throw new MalformedAnswerError('copy object: the copy does not come to an end', {
        details: { call: 'copy object' },
      });
    },

    async delete({ bucket, name, generation }, signal) {
      const query = new URLSearchParams({ generation });
      const url = `${objectUrl(endpoint, bucket, name)}?${query.toString()}`;
      const call = 'delete object';
      await settleRemoval(await http({ method: 'DELETE', call, url, headers: {}, signal }), call);
    },
  };
}

/** An empty resource keeps what the object has (Cloud Storage, "Objects: rewrite"). */
function resourceOf({ metadata }: CopyTarget): object {
  return metadata === undefined ? {} : { contentType: 'application/octet-stream', metadata };
}

function rewriteUrl(
  endpoint: string,
  { bucket, name, generation }: ObjectRef,
  target: CopyTarget,
  rewriteToken: string | undefined,
): string {
  const query = new URLSearchParams({ sourceGeneration: generation, ifGenerationMatch: '0' });
  if (rewriteToken !== undefined) query.set('rewriteToken', rewriteToken);
  const to = `rewriteTo/b/${encodeURIComponent(target.bucket)}/o/${encodeURIComponent(target.name)}`;
  return `${objectUrl(endpoint, bucket, name)}/${to}?${query.toString()}`;
}

async function toOpenedObject(answer: HttpAnswer): Promise<OpenedObject> {
  const sizeBytes = Number(answer.header('x-goog-stored-content-length') ?? answer.header('content-length'));
  const crc32c = parseCrc32c(answer.header('x-goog-hash'));
  if (!Number.isSafeInteger(sizeBytes) || crc32c === undefined) {
    await answer.discard();
    throw new MalformedAnswerError('open object: the answer has no length or no CRC32C', {
      details: { call: 'open object' },
    });
  }
  const encoding = answer.header('x-goog-stored-content-encoding') ?? 'identity';
  return { sizeBytes, crc32c, contentEncoding: encoding === 'identity' ? null : encoding, body: answer.body };
}

/** The checksum in `x-goog-hash: crc32c=…,md5=…`: base64 of the big-endian value. */
function parseCrc32c(header: string | undefined): number | undefined {
  const encoded = /(?:^|,)\s*crc32c=([A-Za-z0-9+/]{6}==)/.exec(header ?? '')?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').readUInt32BE(0);
}

function parseRewrite(text: string): { done: boolean; rewriteToken: string } {
  const call = 'copy object';
  let answer: { done?: unknown; rewriteToken?: unknown } | null;
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch (cause) {
    throw new MalformedAnswerError(`${call}: the answer is not JSON`, { cause, details: { call } });
  }
  if (answer?.done === true) return { done: true, rewriteToken: '' };
  if (typeof answer?.rewriteToken === 'string') return { done: false, rewriteToken: answer.rewriteToken };
  throw new MalformedAnswerError(`${call}: the answer says neither done nor how to go on`, {
    details: { call },
  });
}
