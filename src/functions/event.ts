import * as v from 'valibot';
import type { IncomingObject } from '../domain/object-ref.ts';

/** What a request to `ingest` says has happened. */
export type StorageEvent =
  | {
      readonly kind: 'object';
      readonly object: IncomingObject;
      /** `OBJECT_FINALIZE` and the other event types of Cloud Storage notifications. */
      readonly eventType: string;
      /** The object's custom metadata; empty where the event does not carry it. */
      readonly metadata: Readonly<Record<string, string>>;
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

/** A time as the services write it (RFC 3339). */
const time = v.pipe(v.string(), v.isoTimestamp());

/** A Cloud Storage notification ("Pub/Sub notifications for Cloud Storage"). */
const push = v.object({
  message: v.object({
    attributes: v.object({
      bucketId: text,
      objectId: text,
      objectGeneration: generation,
      eventType: text,
      eventTime: v.optional(v.fallback(v.optional(time), undefined)),
      payloadFormat: v.optional(v.string()),
    }),
    data: v.optional(v.string()),
  }),
});

const metadata = v.optional(v.record(v.string(), v.string()), {});

/** The object resource in a notification's payload, as far as its attributes do not say it. A list is an object to `v.object`. */
const payload = v.pipe(
  v.unknown(),
  v.check((value) => !Array.isArray(value), 'is a list'),
  v.object({ metadata }),
);

/** The object resource of an Eventarc event; JSON int64 come as strings. */
const storageObject = v.object({
  bucket: text,
  name: text,
  generation: v.union([generation, v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.transform(String))]),
  timeCreated: v.optional(v.fallback(v.optional(time), undefined)),
  metadata,
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
  const invalid = (problem: string): StorageEvent => ({
    kind: 'invalid',
    eventId: messageId(body),
    problem,
    attempts,
  });
  const result = v.safeParse(push, body);
  if (!result.success) return invalid(describe(result.issues));
  const { attributes, data } = result.output.message;
  const resource = attributes.payloadFormat === 'JSON_API_V1' ? decodePayload(data) : { metadata: {} };
  if (resource === undefined) return invalid('message.data is not the JSON of an object');
  return {
    kind: 'object',
    object: {
      bucket: attributes.bucketId,
      name: attributes.objectId,
      generation: attributes.objectGeneration,
      finalizedAtMs: parseTime(attributes.eventTime),
    },
    eventType: attributes.eventType,
    metadata: resource.metadata,
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
  const { bucket, name, generation: version, timeCreated, metadata: custom } = result.output;
  return {
    kind: 'object',
    object: { bucket, name, generation: version, finalizedAtMs: parseTime(timeCreated) },
    eventType: EVENTARC_TYPES[type] ?? type,
    metadata: custom,
    attempts,
  };
}

/** The payload of a notification, or undefined when it is none. */
function decodePayload(data: string | undefined): v.InferOutput<typeof payload> | undefined {
  try {
    const result = v.safeParse(payload, JSON.parse(Buffer.from(data ?? '', 'base64').toString('utf8')));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}

function parseTime(rfc3339: string | undefined): number | undefined {
  return rfc3339 === undefined ? undefined : Date.parse(rfc3339);
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
  return result.success
    ? result.output.message.messageId
    : JSON.stringify((body as { message?: unknown } | null | undefined)?.message ?? body ?? null).slice(
        0,
        4096,
      );
}

/** `deliveryAttempt` is there only where the subscription has a dead-letter topic. */
function deliveryAttempt(body: unknown): number {
  const result = v.safeParse(
    v.object({ deliveryAttempt: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
    body,
  );
  return result.success ? result.output.deliveryAttempt : 1;
}
