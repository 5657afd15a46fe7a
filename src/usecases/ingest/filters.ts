import type { IgnoreReason } from '../../domain/ingest/rejection.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { OWN_OUTPUT_KEY } from './quarantine.ts';

/** Which objects of the inbox are meant for the store. */
export interface InboxFilter {
  readonly bucket: string;
  /** Only names that begin with it; empty for all. */
  readonly prefix: string;
  /** Names that match it are left alone. */
  readonly ignorePattern: RegExp | undefined;
}

/**
 * The temporary parts that gsutil and gcloud leave while they upload one object in pieces; the composed object has an
 * event of its own (gsutil help cp, "Parallel composite uploads").
 */
const COMPOSITE_PART = /(^|\/)(gsutil|gcloud)\/tmp\/parallel_composite_uploads\//;

/** What an event says of an object, as far as it decides whether the object is looked at. */
export interface FilteredEvent {
  readonly eventType: string;
  readonly object: ObjectRef;
  /** The object's custom metadata, where the event carries it. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Why nothing has to be done for this event, or undefined when something has. */
export function ignoreReason(event: FilteredEvent, filter: InboxFilter): IgnoreReason | undefined {
  const { name, bucket } = event.object;
  if (event.eventType !== 'OBJECT_FINALIZE') return 'event-type';
  if (bucket !== filter.bucket) return 'other-bucket';
  if (OWN_OUTPUT_KEY in event.metadata) return 'own-output';
  if (name.endsWith('/')) return 'folder-marker';
  if (COMPOSITE_PART.test(name)) return 'composite-part';
  if (!name.startsWith(filter.prefix)) return 'outside-prefix';
  if (filter.ignorePattern?.test(name) === true) return 'ignored-by-pattern';
  return undefined;
}
