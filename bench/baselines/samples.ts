import { http } from '@google-cloud/functions-framework';
import { Storage } from '@google-cloud/storage';
import { GoogleAuth } from 'google-auth-library';

// What one would write after Google's samples for Cloud Storage and for the Cloud Healthcare API: the library's read
// stream is the body of an authorized request. The endpoint is the only thing that is not as on Google Cloud.

const { BENCH_STORAGE_URL: apiEndpoint = '', BENCH_STUDIES_URL: url = '' } = process.env;
const storage = new Storage({ apiEndpoint, projectId: 'bench', useAuthWithCustomEndpoint: true });
const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });

interface Notification {
  readonly message: { readonly attributes: { readonly bucketId: string; readonly objectId: string } };
}

http('samples', async (request, response) => {
  const { bucketId, objectId } = (request.body as Notification).message.attributes;
  const client = await auth.getClient();
  await client.request({
    url,
    method: 'POST',
    headers: { 'Content-Type': 'application/dicom', Accept: 'application/dicom+json' },
    data: storage.bucket(bucketId).file(objectId).createReadStream(),
  });
  response.status(204).end();
});
