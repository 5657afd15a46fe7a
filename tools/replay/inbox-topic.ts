import type { Storage } from '@google-cloud/storage';
import { UsageError } from '../cloud/usage-error.ts';

/**
 * The topic that a bucket tells of new objects, `projects/…/topics/…`.
 *
 * @throws UsageError where it tells none, or several.
 */
export async function inboxTopicOf(storage: Storage, bucket: string): Promise<string> {
  const [notifications] = await storage.bucket(bucket).getNotifications();
  const topics = notifications.flatMap(({ metadata }) => {
    const { topic, event_types: types = [] } = metadata as { topic?: string; event_types?: string[] };
    const isTold = types.length === 0 || types.includes('OBJECT_FINALIZE');
    return topic === undefined || !isTold ? [] : [topic.replace(/^\/\/pubsub\.googleapis\.com\//, '')];
  });
  const [topic, second] = new Set(topics);
  if (topic !== undefined && second === undefined) return topic;
  throw new UsageError(
    `gs://${bucket} tells ${topic === undefined ? 'no topic' : 'several topics'} of new objects: --topic says which.`,
  );
}
