import { INBOX, nameObject } from '../peers/names.ts';

const SUBSCRIPTION = 'projects/bench/subscriptions/ingest';

/**
 * The body with which Pub/Sub pushes the notification of a new object, as from a subscription with a dead-letter topic
 * ("Pub/Sub notifications for Cloud Storage", "Receive push messages").
 */
export function formatNotification(number: number, sizeBytes: number, deliveryAttempt = 1): string {
  const name = nameObject(number, sizeBytes);
  const time = new Date(Date.now()).toISOString();
  const generation = '1';
  const resource = {
    kind: 'storage#object',
    id: `${INBOX}/${name}/${generation}`,
    name,
    bucket: INBOX,
    generation,
    metageneration: '1',
    contentType: 'application/dicom',
    size: String(sizeBytes),
    timeCreated: time,
    updated: time,
  };
  const messageId = String(number + 1);
  return JSON.stringify({
    message: {
      attributes: {
        bucketId: INBOX,
        objectId: name,
        objectGeneration: generation,
        eventType: 'OBJECT_FINALIZE',
        eventTime: time,
        payloadFormat: 'JSON_API_V1',
        notificationConfig: `projects/_/buckets/${INBOX}/notificationConfigs/1`,
      },
      data: Buffer.from(JSON.stringify(resource)).toString('base64'),
      messageId,
      message_id: messageId,
      publishTime: time,
      publish_time: time,
    },
    subscription: SUBSCRIPTION,
    deliveryAttempt,
  });
}
