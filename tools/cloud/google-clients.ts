import { PubSub } from '@google-cloud/pubsub';
import { Storage } from '@google-cloud/storage';
import type { Endpoints } from './read-options.ts';

/** Google's own client of Cloud Storage. */
export function makeStorageClient(projectId: string, { storage: endpoint }: Endpoints): Storage {
  if (endpoint === undefined) return new Storage({ projectId });
  const apiEndpoint = endpoint.replace(/\/+$/, '');
  const client = new Storage({ projectId, apiEndpoint });
  // Where STORAGE_EMULATOR_HOST is set the library leaves the path of the JSON API out, unless it is written there.
  client.baseUrl = `${apiEndpoint}/storage/v1`;
  return client;
}

/** Google's own client of Pub/Sub. */
export function makePubsubClient(projectId: string, { pubsub: host }: Endpoints): PubSub {
  return new PubSub({ projectId, ...(host === undefined ? {} : { apiEndpoint: host, emulatorMode: true }) });
}
