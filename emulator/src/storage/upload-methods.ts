import { GoogleError } from '../http/google-error.ts';
import type { StoredBody } from './body-store.ts';
import { answerJson, bytesOf, type Call } from './call.ts';
import { verifyChecksums } from './checksums.ts';
import { readMultipartUpload } from './multipart-body.ts';
import { checkCreation } from './rights.ts';
import { toObjectResource } from './resources.ts';
import { startResumable } from './resumable-methods.ts';
import type { Routes } from './router.ts';
import type { StorageService } from './service.ts';
import { parseUploadRequest, type UploadRequest } from './upload-request.ts';

/** Uploads that send their bytes with the first request, and the beginning of those that do not. */
export function uploadRoutes(service: StorageService): Routes {
  const { catalog, bodies, objects, baseUrl } = service;

  async function uploadMedia(call: Call): Promise<void> {
    const { headers } = call.request;
    const upload = parseUploadRequest(call.param('bucket'), call.query, headers, {}, headers['content-type']);
    await store(call, upload, bytesOf(call.request));
  }

  async function uploadMultipart(call: Call): Promise<void> {
    const { headers } = call.request;
    catalog.bucket(call.param('bucket'));
    const { metadata, mediaType, media } = await readMultipartUpload(
      bytesOf(call.request),
      headers['content-type'],
    );
    await store(
      call,
      parseUploadRequest(call.param('bucket'), call.query, headers, metadata, mediaType),
      media,
    );
  }

  async function store(call: Call, upload: UploadRequest, media: AsyncIterable<Buffer>): Promise<void> {
    // Checked before the bytes come, to refuse early, and once more when the object is made.
    checkCreation(call.access, upload, catalog.live(upload.bucket, upload.name));
    const body = await bodies.receive(media);
    verify(upload, body);
    const { record, announced } = objects.insert({ ...upload, body }, upload.preconditions, call.access);
    await announced;
    answerJson(call, toObjectResource(record, baseUrl()));
  }

  function verify(upload: UploadRequest, body: StoredBody): void {
    try {
      verifyChecksums(body, ...upload.expected);
    } catch (error) {
      bodies.remove(body.id);
      throw error;
    }
  }

  async function upload(call: Call): Promise<void> {
    const type = call.query.get('uploadType');
    if (type === 'media') await uploadMedia(call);
    else if (type === 'multipart') await uploadMultipart(call);
    else if (type === 'resumable') await startResumable(service, call);
    else throw new GoogleError(400, `Invalid value for: uploadType '${type ?? ''}'`);
  }

  return { 'POST /upload/storage/v1/b/:bucket/o': upload };
}
