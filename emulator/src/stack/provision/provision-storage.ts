import { Storage } from '@google-cloud/storage';
import { BUCKETS, INBOX_TOPIC, PROJECT, topicName } from '../topology.ts';

/** A client of the stand-in that does not try again by itself, so that its errors are seen at once. */
export function makeStorageClient(url: string): Storage {
  return new Storage({ apiEndpoint: url, projectId: PROJECT, retryOptions: { autoRetry: false } });
}

/** Makes the buckets, and lets the inbox tell its topic of every new object; what is there already is kept. */
export async function provisionStorage(storage: Storage): Promise<void> {
  for (const name of Object.values(BUCKETS)) {
    const [exists] = await storage.bucket(name).exists();
    if (!exists) await storage.createBucket(name);
  }
  const inbox = storage.bucket(BUCKETS.inbox);
  const topic = topicName(INBOX_TOPIC);
  const [configured] = await inbox.getNotifications();
  const isConfigured = configured.some((config) => isAboutTopic(config.metadata, topic));
  if (isConfigured) return;
  await inbox.createNotification(topic, { eventTypes: ['OBJECT_FINALIZE'], payloadFormat: 'JSON_API_V1' });
}

function isAboutTopic(metadata: { topic?: string } | undefined, topic: string): boolean {
  return metadata?.topic?.endsWith(`/${topic}`) === true;
}
