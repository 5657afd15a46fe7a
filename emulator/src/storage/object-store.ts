import { GoogleError } from '../http/google-error.ts';
import type { BodyStore, StoredBody } from './body-store.ts';
import type { Catalog } from './catalog.ts';
import { messagesFor, type ObjectEvent } from './notification-events.ts';
import type { Outbox } from './outbox.ts';
import { checkForWrite, type Preconditions } from './preconditions.ts';
import { checkCreation, type Access } from './rights.ts';
import type { BucketRecord, Change, ObjectRecord, ObjectSettings } from './records.ts';
import { isJsonObject } from './json.ts';

/** An object that is to be. */
export interface ObjectDraft {
  readonly bucket: string;
  readonly name: string;
  readonly body: Omit<StoredBody, 'md5Hash'> & { readonly md5Hash?: string };
  readonly componentCount?: number;
  readonly settings: ObjectSettings;
}

/** A change that has happened. */
export interface Committed {
  readonly record: ObjectRecord;
  /** Resolves when its notifications have been offered to Pub/Sub once; never rejects. */
  readonly announced: Promise<void>;
}

export interface ObjectStoreOptions {
  readonly catalog: Catalog;
  readonly bodies: BodyStore;
  readonly outbox: Outbox;
  /** Where clients reach the stand-in, for the links in resources. */
  readonly baseUrl: () => string;
}

/**
 * Changes of objects, with their preconditions and their notifications.
 *
 * Each method is synchronous until its change is committed: of two that compete, one sees the other's result.
 */
export class ObjectStore {
  readonly #options: ObjectStoreOptions;

  constructor(options: ObjectStoreOptions) {
    this.#options = options;
  }

  /**
   * Makes the draft the live generation of its name. The draft's body is taken over: it is removed on failure.
   *
   * @throws GoogleError 404 for the bucket, 412, or 403 when the present object is under a hold or may not be replaced.
   */
  insert(draft: ObjectDraft, preconditions: Preconditions, access: Access): Committed {
    try {
      return this.#insert(draft, preconditions, access);
    } catch (error) {
      this.#options.bodies.remove(draft.body.id);
      throw error;
    }
  }

  /**
   * Deletes a generation; without one, the live generation, which a versioned bucket keeps as an archived one.
   *
   * @throws GoogleError 404, 412, or 403 when the object is under a hold.
   */
  remove(
    bucketName: string,
    name: string,
    generation: number | undefined,
    conditions: Preconditions,
  ): Committed {
    const { catalog, bodies } = this.#options;
    const bucket = catalog.bucket(bucketName);
    const current = catalog.object(bucketName, name, generation);
    checkForWrite(conditions, current);
    if (generation === undefined && isVersioned(bucket)) {
      const archived = { ...current, timeDeleted: catalog.now() };
      return this.#commit(bucket, archived, { objects: [archived] }, [
        { type: 'OBJECT_ARCHIVE', object: archived },
      ]);
    }
    refuseUnderHold(current);
    const committed = this.#commit(bucket, current, { objectsGone: [current] }, [
      { type: 'OBJECT_DELETE', object: current },
    ]);
    bodies.remove(current.bodyId);
    return committed;
  }

  /**
   * Changes the settings of a generation.
   *
   * @throws GoogleError 404 or 412.
   */
  update(
    bucketName: string,
    name: string,
    generation: number | undefined,
    conditions: Preconditions,
    change: (settings: ObjectSettings) => ObjectSettings,
  ): Committed {
    const { catalog } = this.#options;
    const bucket = catalog.bucket(bucketName);
    const current = catalog.object(bucketName, name, generation);
    checkForWrite(conditions, current);
    const record: ObjectRecord = {
      ...current,
      metageneration: current.metageneration + 1,
      updated: catalog.now(),
      settings: change(current.settings),
    };
    return this.#commit(bucket, record, { objects: [record] }, [
      { type: 'OBJECT_METADATA_UPDATE', object: record },
    ]);
  }

  #insert({ body, ...draft }: ObjectDraft, preconditions: Preconditions, access: Access): Committed {
    const { catalog, bodies } = this.#options;
    const bucket = catalog.bucket(draft.bucket);
    const current = catalog.live(draft.bucket, draft.name);
    checkCreation(access, { ...draft, preconditions }, current);
    const { id: bodyId, ...measured } = body;
    const now = catalog.now();
    const generation = catalog.nextGeneration();
    const record: ObjectRecord = {
      ...draft,
      ...measured,
      bodyId,
      generation,
      metageneration: 1,
      timeCreated: now,
      updated: now,
    };
    if (current === undefined) {
      return this.#commit(bucket, record, { objects: [record] }, [
        { type: 'OBJECT_FINALIZE', object: record },
      ]);
    }
    const finalized = {
      type: 'OBJECT_FINALIZE',
      object: record,
      overwroteGeneration: current.generation,
    } as const;
    if (isVersioned(bucket)) {
      const archived = { ...current, timeDeleted: now };
      return this.#commit(bucket, record, { objects: [archived, record] }, [
        finalized,
        { type: 'OBJECT_ARCHIVE', object: archived, overwrittenByGeneration: generation },
      ]);
    }
    refuseUnderHold(current);
    const committed = this.#commit(bucket, record, { objectsGone: [current], objects: [record] }, [
      finalized,
      { type: 'OBJECT_DELETE', object: current, overwrittenByGeneration: generation },
    ]);
    bodies.remove(current.bodyId);
    return committed;
  }

  #commit(
    bucket: BucketRecord,
    record: ObjectRecord,
    change: Change,
    events: readonly ObjectEvent[],
  ): Committed {
    const { catalog, outbox, baseUrl } = this.#options;
    const messages = events.flatMap((event) => messagesFor(bucket, event, catalog.now(), baseUrl()));
    catalog.commit(messages.length === 0 ? change : { ...change, events: messages });
    return { record, announced: outbox.deliver(messages) };
  }
}

function isVersioned(bucket: BucketRecord): boolean {
  const { versioning } = bucket.settings;
  return isJsonObject(versioning) && versioning['enabled'] === true;
}

function refuseUnderHold(record: ObjectRecord): void {
  const { temporaryHold, eventBasedHold } = record.settings;
  if (temporaryHold !== true && eventBasedHold !== true) return;
  throw new GoogleError(
    403,
    `Object '${record.bucket}/${record.name}' is under active ${temporaryHold === true ? 'Temporary' : 'Event-Based'} hold and cannot be deleted, overwritten or archived until hold is removed.`,
    'forbidden',
  );
}
