import * as v from 'valibot';
import { NotFoundError } from '../domain/errors.ts';
import type { Crc32c } from '../ports/checksum.ts';
import type { NewObject, ObjectWriter, WriteAnswer } from '../ports/object-writer.ts';
import { uploadInOneRequest } from './gcs-multipart-upload.ts';
import { settleUpload, type UploadTarget } from './gcs-object-upload.ts';
import { uploadInChunks, uploadStream } from './gcs-resumable-upload.ts';
import type { Http } from './http.ts';
import { readJsonAnswer } from './json-answer.ts';
import { MeasuredBody } from './measured-body.ts';
import { refusal } from './refusal.ts';
import { objectUrl } from './storage-requests.ts';
import { objectResource, toWrittenObject } from './gcs-object-resource.ts';

/** Up to here an object travels in one request, for which it has to be held in memory: its checksum goes before it. */
const LARGEST_SINGLE_REQUEST_BYTES = 8 * 1024 * 1024;

const found = v.intersect([
  objectResource,
  v.object({ metadata: v.optional(v.record(v.string(), v.string()), {}) }),
]);

/** Cloud Storage over its JSON API. */
export function makeGcsObjectWriter(http: Http, endpoint: string, crc32c: Crc32c): ObjectWriter {
  return {
    async write(object, signal) {
      const target: UploadTarget = { http, endpoint, object, signal };
      const body = new MeasuredBody(object.body, crc32c);
      try {
        return await write(object, target, body);
      } finally {
        await body.close();
      }
    },

    async look(bucket, name, signal) {
      const call = 'look at object';
      const url = `${objectUrl(endpoint, bucket, name)}?fields=generation,size,crc32c,metadata`;
      const answer = await http({ method: 'GET', call, url, headers: {}, signal });
      if (answer.status !== 200) {
        const failure = await refusal(answer);
        if (failure instanceof NotFoundError) return undefined;
        throw failure;
      }
      const resource = await readJsonAnswer(answer, call, found);
      return { ...toWrittenObject(resource), metadata: resource.metadata };
    },
  };
}

async function write(object: NewObject, target: UploadTarget, body: MeasuredBody): Promise<WriteAnswer> {
  const { sizeBytes } = object;
  if (sizeBytes !== undefined && sizeBytes > LARGEST_SINGLE_REQUEST_BYTES) {
    return settleUpload(target, await uploadStream(target, body, sizeBytes), body);
  }
  if (await body.isWithin(LARGEST_SINGLE_REQUEST_BYTES)) {
    return settleUpload(target, await uploadInOneRequest(target, body), body);
  }
  return settleUpload(target, await uploadInChunks(target, body, LARGEST_SINGLE_REQUEST_BYTES), body);
}
