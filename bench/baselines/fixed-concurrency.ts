import { http } from '@google-cloud/functions-framework';
import PQueue from 'p-queue';
import pRetry from 'p-retry';
import { Agent } from 'undici';

// What one would write with the libraries at hand: so many objects at a time, each tried again by p-retry with its own
// exponential backoff (ten times, after 1, 2, 4 … seconds). Nobody learns anything from what others were answered.

const CONCURRENCY = 32;
const { BENCH_STORAGE_URL: storage = '', BENCH_STUDIES_URL: studies = '' } = process.env;
const dispatcher = new Agent({ connections: 128, keepAliveTimeout: 55_000 });
const { origin: storeOrigin, pathname: storePath } = new URL(studies);
const queue = new PQueue({ concurrency: CONCURRENCY });

interface Notification {
  readonly message: { readonly attributes: { readonly bucketId: string; readonly objectId: string } };
}

http('fixed-concurrency', async (request, response) => {
  const { bucketId, objectId } = (request.body as Notification).message.attributes;
  try {
    await queue.add(() => pRetry(() => carry(bucketId, objectId)));
    response.status(204).end();
  } catch {
    // Given back, whatever it was; the subscription counts.
    response.status(503).end();
  }
});

async function carry(bucket: string, name: string): Promise<void> {
  const object = await dispatcher.request({
    origin: storage,
    path: `/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?alt=media`,
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
  if (answer.statusCode !== 200) throw new Error(`The store answered ${answer.statusCode}.`);
}
