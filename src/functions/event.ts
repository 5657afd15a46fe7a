import * as v from 'valibot';
import type { ObjectRef } from '../domain/object-ref.ts';

/** What a request to `ingest` says has happened. */
export type StorageEvent =
  | {
      readonly kind: 'object';
      readonly object: ObjectRef;
      /** `OBJECT_FINALIZE` and the other event types of Cloud Storage notifications. */
      readonly eventType: string;
      readonly attempts: number;
    }
  | {
      readonly kind: 'invalid';
      /** The same at every delivery. */
      readonly eventId: string;
      /** What is wrong, by field; quotes nothing of the event. */
      readonly problem: string;
      readonly attempts: number;
    };

/** A request as the functions framework hands it over: header names in lower case, the body parsed. */
export interface EventRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

const text = v.pipe(v.string(), v.nonEmpty());
const generation = v.pipe(v.string(), v.regex(/^\d{1,20}$/, 'is not a generation'));

/** Attributes of a Cloud Storage notification ("Pub/Sub notifications for Cloud Storage"). */
const push = v.object({
  message: v.object({
    messageId: v.optional(v.string()),
    attributes: v.object({ bucketId: text, objectId: text, objectGeneration: generation, eventType: text }),
  }),
});

/** The object resource of an Eventarc event; JSON int64 come as strings. */
const storageObject = v.object({
  bucket: text,
  name: text,
  generation: v.union([generation, v.pipe(v.number(), v.transform(String))]),
});

const EVENTARC_TYPES: Readonly<Record<string, string>> = {
  'google.cloud.storage.object.v1.finalized': 'OBJECT_FINALIZE',
  'google.cloud.storage.object.v1.deleted': 'OBJECT_DELETE',
  'google.cloud.storage.object.v1.archived': 'OBJECT_ARCHIVE',
  'google.cloud.storage.object.v1.metadataUpdated': 'OBJECT_METADATA_UPDATE',
};

/**
 * Reads the envelope, once: a Cloud Storage notification by Pub/Sub push, or Eventarc's binary CloudEvent.
 *
 * Pure, and total: whatever it is given, it says what it is.
 */
export function readStorageEvent({ headers, body }: EventRequest): StorageEvent {
  const type = header(headers, 'ce-type');
  return type === undefined ? readPush(body) : readCloudEvent(type, headers, body);
}

function readPush(body: unknown): StorageEvent {
  const attempts = deliveryAttempt(body);
  const result = v.safeParse(push, body);
  if (!result.success)
    return { kind: 'invalid', eventId: messageId(body), problem: describe(result.issues), attempts };
  const { bucketId, objectId, objectGeneration, eventType } = result.output.message.attributes;
  return {
    kind: 'object',
    object: { bucket: bucketId, name: objectId, generation: objectGeneration },
    eventType,
    attempts,
  };
}

function readCloudEvent(type: string, headers: EventRequest['headers'], body: unknown): StorageEvent {
  const result = v.safeParse(storageObject, body);
  // Eventarc does not tell which delivery this is.
  const attempts = 1;
  if (!result.success) {
    return {
      kind: 'invalid',
      eventId: header(headers, 'ce-id') ?? '',
      problem: describe(result.issues),
      attempts,
    };
  }
  const { bucket, name, generation: version } = result.output;
  return {
    kind: 'object',
    object: { bucket, name, generation: version },
    eventType: EVENTARC_TYPES[type] ?? type,
    attempts,
  };
}

function header(headers: EventRequest['headers'], name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The fields that are missing or wrong, without what they hold. */
function describe(issues: readonly v.BaseIssue<unknown>[]): string {
  const fields = issues.map((issue) => v.getDotPath(issue) ?? 'the body');
  return `missing or not as documented: ${[...new Set(fields)].join(', ')}`;
}

function messageId(body: unknown): string {
  const result = v.safeParse(v.object({ message: v.object({ messageId: v.string() }) }), body);
  return result.success ? result.output.message.messageId : JSON.stringify(body ?? null).slice(0, 4096);
}

/** `deliveryAttempt` is there only where the subscription has a dead-letter topic. */
function deliveryAttempt(body: unknown): number {
  const result = v.safeParse(
    v.object({ deliveryAttempt: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
    body,
  );
  return result.success ? result.output.deliveryAttempt : 1;
}
