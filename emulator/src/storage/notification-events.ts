import { randomUUID } from 'node:crypto';
import type { BucketRecord, NotificationConfig, ObjectRecord, PendingEvent } from './records.ts';
import { toObjectResource } from './resources.ts';

export const EVENT_TYPES = [
  'OBJECT_FINALIZE',
  'OBJECT_METADATA_UPDATE',
  'OBJECT_DELETE',
  'OBJECT_ARCHIVE',
] as const;

/** Something that happened to one generation. */
export interface ObjectEvent {
  readonly type: (typeof EVENT_TYPES)[number];
  /** The generation as it was left by the event, or as it was before it was deleted. */
  readonly object: ObjectRecord;
  readonly overwroteGeneration?: number;
  readonly overwrittenByGeneration?: number;
}

/** The messages that a bucket's configurations ask for. */
export function messagesFor(
  bucket: BucketRecord,
  event: ObjectEvent,
  eventTime: string,
  baseUrl: string,
): PendingEvent[] {
  return bucket.notifications
    .filter((config) => isWanted(config, event))
    .map((config) => ({
      id: randomUUID(),
      topic: config.topic.replace('//pubsub.googleapis.com/', ''),
      attributes: attributesOf(config, event, eventTime),
      data:
        config.payload_format === 'NONE'
          ? ''
          : JSON.stringify(toObjectResource(event.object, baseUrl), null, 2),
    }));
}

function isWanted(config: NotificationConfig, { type, object }: ObjectEvent): boolean {
  const types = config.event_types ?? [];
  return (
    (types.length === 0 || types.includes(type)) && object.name.startsWith(config.object_name_prefix ?? '')
  );
}

function attributesOf(
  config: NotificationConfig,
  event: ObjectEvent,
  eventTime: string,
): Readonly<Record<string, string>> {
  const { type, object, overwroteGeneration, overwrittenByGeneration } = event;
  return {
    ...config.custom_attributes,
    notificationConfig: `projects/_/buckets/${object.bucket}/notificationConfigs/${config.id}`,
    eventType: type,
    payloadFormat: config.payload_format,
    bucketId: object.bucket,
    objectId: object.name,
    objectGeneration: String(object.generation),
    eventTime,
    ...(overwroteGeneration === undefined ? {} : { overwroteGeneration: String(overwroteGeneration) }),
    ...(overwrittenByGeneration === undefined
      ? {}
      : { overwrittenByGeneration: String(overwrittenByGeneration) }),
  };
}
