import type { JsonObject } from './json.ts';

/** What a client may set and change on an object. Absent means not set. */
export interface ObjectSettings {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly contentDisposition?: string;
  readonly contentLanguage?: string;
  readonly cacheControl?: string;
  readonly customTime?: string;
  readonly temporaryHold?: boolean;
  readonly eventBasedHold?: boolean;
  /** Custom metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** One generation of an object. Times are RFC 3339 in UTC. */
export interface ObjectRecord {
  readonly bucket: string;
  readonly name: string;
  readonly generation: number;
  readonly metageneration: number;
  readonly bodyId: string;
  readonly sizeBytes: number;
  /** Base64 of the big-endian CRC32C. */
  readonly crc32c: string;
  /** Absent on composed objects, as on Google's. */
  readonly md5Hash?: string;
  readonly componentCount?: number;
  readonly timeCreated: string;
  readonly updated: string;
  /** When it stopped being the live generation of a versioned bucket; absent on the live one. */
  readonly timeDeleted?: string;
  readonly settings: ObjectSettings;
}

/** A notification configuration in the spelling of the JSON API. */
export interface NotificationConfig {
  readonly id: string;
  /** `//pubsub.googleapis.com/projects/P/topics/T` */
  readonly topic: string;
  readonly payload_format: 'JSON_API_V1' | 'NONE';
  readonly event_types?: readonly string[];
  readonly custom_attributes?: Readonly<Record<string, string>>;
  readonly object_name_prefix?: string;
}

export interface BucketRecord {
  readonly name: string;
  readonly project: string;
  readonly metageneration: number;
  readonly timeCreated: string;
  readonly updated: string;
  /** Labels, versioning, location and the like, in the spelling of the JSON API. */
  readonly settings: JsonObject;
  readonly notifications: readonly NotificationConfig[];
  readonly lastNotificationId: number;
}

/** A notification that has been decided on and not yet been accepted by Pub/Sub. */
export interface PendingEvent {
  readonly id: string;
  /** `projects/P/topics/T` */
  readonly topic: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** The payload: the object resource as JSON, or nothing. */
  readonly data: string;
}

/** Names one generation. */
export type ObjectKey = Pick<ObjectRecord, 'bucket' | 'name' | 'generation'>;

/** Everything that one request changes, which happens as a whole or not at all. */
export interface Change {
  readonly buckets?: readonly BucketRecord[];
  readonly bucketsGone?: readonly string[];
  readonly objectsGone?: readonly ObjectKey[];
  readonly objects?: readonly ObjectRecord[];
  readonly events?: readonly PendingEvent[];
  readonly eventsSent?: readonly string[];
  /** Generations up to this one have been given out, also to objects that are gone. */
  readonly lastGeneration?: number;
}
