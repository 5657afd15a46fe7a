import type { ObjectRef } from '../../domain/object-ref.ts';
import type { ObjectStorage } from '../../ports/object-storage.ts';
import { OWN_OUTPUT_KEY } from './quarantine.ts';

/** What becomes of an object whose bytes are proven to be in the store. Repeatable. */
export type AfterStore = (object: ObjectRef, signal: AbortSignal) => Promise<void>;

/** The object stays where it is. */
export const keepObject: AfterStore = () => Promise.resolve();

/** Deletes that generation. */
export function makeDeleteObject(storage: ObjectStorage): AfterStore {
  return (object, signal) => storage.delete(object, signal);
}

/**
 * Moves that generation into another bucket, as `{generation}/{name}`, so that generations of one name do not meet.
 *
 * The copy is made, or found made, before the original is deleted.
 */
export function makeArchiveObject(storage: ObjectStorage, bucket: string): AfterStore {
  return async (object, signal) => {
    const name = `${object.generation}/${object.name}`;
    await storage.copy(object, { bucket, name, metadata: { [OWN_OUTPUT_KEY]: 'archive' } }, signal);
    await storage.delete(object, signal);
  };
}
