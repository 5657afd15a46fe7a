import { GoogleError } from '../http/google-error.ts';
import { readJson } from '../http/server.ts';
import { answerJson, answerNoContent, type Call } from './call.ts';
import { expectObject, isJsonObject, type JsonObject } from './json.ts';
import { EVENT_TYPES } from './notification-events.ts';
import type { BucketRecord, NotificationConfig } from './records.ts';
import { toNotificationResource } from './resources.ts';
import type { Routes } from './router.ts';
import type { StorageService } from './service.ts';

const LARGEST_NUMBER = 100;

export function notificationRoutes({ catalog, baseUrl }: StorageService): Routes {
  const show = (bucket: BucketRecord, config: NotificationConfig): object =>
    toNotificationResource(bucket.name, config, baseUrl());

  async function insert(call: Call): Promise<void> {
    const resource = expectObject(await readJson(call.request), 'notification');
    const bucket = catalog.bucket(call.param('bucket'));
    if (bucket.notifications.length >= LARGEST_NUMBER) {
      throw new GoogleError(400, `A bucket may have at most ${LARGEST_NUMBER} notification configurations.`);
    }
    const id = bucket.lastNotificationId + 1;
    const config = parseConfig(resource, String(id));
    const changed = { ...bucket, lastNotificationId: id, notifications: [...bucket.notifications, config] };
    catalog.commit({ buckets: [changed] });
    answerJson(call, show(changed, config));
  }

  function find(call: Call): { bucket: BucketRecord; config: NotificationConfig } {
    const bucket = catalog.bucket(call.param('bucket'));
    const config = bucket.notifications.find(({ id }) => id === call.param('notification'));
    if (config === undefined) {
      throw new GoogleError(404, `The specified notification does not exist: ${call.param('notification')}`);
    }
    return { bucket, config };
  }

  function get(call: Call): void {
    const { bucket, config } = find(call);
    answerJson(call, show(bucket, config));
  }

  function list(call: Call): void {
    const bucket = catalog.bucket(call.param('bucket'));
    const items = bucket.notifications.map((config) => show(bucket, config));
    answerJson(call, { kind: 'storage#notifications', ...(items.length === 0 ? {} : { items }) });
  }

  function remove(call: Call): void {
    const { bucket, config } = find(call);
    const notifications = bucket.notifications.filter(({ id }) => id !== config.id);
    catalog.commit({ buckets: [{ ...bucket, notifications }] });
    answerNoContent(call);
  }

  return {
    'POST /storage/v1/b/:bucket/notificationConfigs': insert,
    'GET /storage/v1/b/:bucket/notificationConfigs': list,
    'GET /storage/v1/b/:bucket/notificationConfigs/:notification': get,
    'DELETE /storage/v1/b/:bucket/notificationConfigs/:notification': remove,
  };
}

function parseConfig(resource: JsonObject, id: string): NotificationConfig {
  const { topic, payload_format, event_types, custom_attributes, object_name_prefix } = resource;
  if (
    typeof topic !== 'string' ||
    !/^\/\/pubsub\.googleapis\.com\/projects\/[^/]+\/topics\/[^/]+$/.test(topic)
  ) {
    throw new GoogleError(400, `Invalid Google Cloud Pub/Sub topic: ${String(topic)}`);
  }
  if (payload_format !== 'JSON_API_V1' && payload_format !== 'NONE') {
    throw new GoogleError(400, 'Invalid value for: payload_format');
  }
  return {
    id,
    topic,
    payload_format,
    ...(event_types === undefined ? {} : { event_types: parseEventTypes(event_types) }),
    ...(custom_attributes === undefined ? {} : { custom_attributes: parseAttributes(custom_attributes) }),
    ...(typeof object_name_prefix === 'string' ? { object_name_prefix } : {}),
  };
}

function parseEventTypes(value: unknown): readonly string[] {
  const known: readonly unknown[] = EVENT_TYPES;
  if (Array.isArray(value) && value.every((type) => known.includes(type))) return value as string[];
  throw new GoogleError(400, 'Invalid value for: event_types');
}

function parseAttributes(value: unknown): Readonly<Record<string, string>> {
  if (isJsonObject(value) && Object.values(value).every((text) => typeof text === 'string')) {
    return value as Record<string, string>;
  }
  throw new GoogleError(400, 'Invalid value for: custom_attributes');
}
