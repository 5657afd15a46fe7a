import { PubSub } from '@google-cloud/pubsub';
import { Storage } from '@google-cloud/storage';
import type { Endpoints } from './read-options.ts';

/** Google's own client of Cloud Storage. */
export function makeStorageClient(project: string, { storage }: Endpoints): Storage {
  return new Storage({ projectId: project, ...(storage === undefined ? {} : { apiEndpoint: storage }) });
}

/** Google's own client of Pub/Sub. */
export function makePubsubClient(project: string, { pubsub }: Endpoints): PubSub {
  return new PubSub({
    projectId: project,
    ...(pubsub === undefined ? {} : { apiEndpoint: pubsub, emulatorMode: true }),
  });
}
