import { http } from '@google-cloud/functions-framework';
import { Agent } from 'undici';

// The least that can be done in this framework: the object's body becomes the request's. No checksum, no look at what
// it is, no report, no second try. What the worker does beyond this is what it costs.

const { BENCH_STORAGE_URL: storage = '', BENCH_STUDIES_URL: studies = '' } = process.env;
const dispatcher = new Agent({ connections: 128, keepAliveTimeout: 55_000 });
const { origin: storeOrigin, pathname: storePath } = new URL(studies);

interface Notification {
  readonly message: { readonly attributes: { readonly bucketId: string; readonly objectId: string } };
}

http('bare', async (request, response) => {
  const { bucketId, objectId } = (request.body as Notification).message.attributes;
  const object = await dispatcher.request({
    origin: storage,
    path: `/storage/v1/b/${bucketId}/o/${encodeURIComponent(objectId)}?alt=media`,
    method: 'GET',
  });
  const answer = await dispatcher.request({
    origin: storeOrigin,
    path: storePath,
    method: 'POST',
    headers: {
      'content-type': 'application/dicom',
      'content-length': String(object.headers['content-length']),
    },
    body: object.body,
  });
  await answer.body.dump();
  response.status(answer.statusCode === 200 ? 204 : 500).end();
});
