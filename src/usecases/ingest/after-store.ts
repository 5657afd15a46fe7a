import { hashObjectRef, type ObjectRef } from '../../domain/object-ref.ts';
import type { ObjectStorage } from '../../ports/object-storage.ts';

/** What becomes of an object whose bytes are proven to be in the store. Repeatable. */
export type AfterStore = (object: ObjectRef, signal: AbortSignal) => Promise<void>;

/** The longest name of an object (Cloud Storage, "Objects: naming"). */
const LONGEST_NAME_BYTES = 1024;

/** The object stays where it is. */
export const keepObject: AfterStore = () => Promise.resolve();

/** Deletes that generation. */
export function makeDeleteObject(storage: ObjectStorage): AfterStore {
  return (object, signal) => storage.delete(object, signal);
}

/**
 * Moves that generation into another bucket as it is, as `{generation}/{name}`, so that generations of one name do not
 * meet; where that is too long for a name, the object's hash stands for it.
 *
 * The copy is made, or found made, before the original is deleted.
 */
export function makeArchiveObject(storage: ObjectStorage, bucket: string): AfterStore {
  return async (object, signal) => {
    const name = `${object.generation}/${object.name}`;
    const isTooLong = Buffer.byteLength(name) > LONGEST_NAME_BYTES;
    const target = { bucket, name: isTooLong ? `${object.generation}/${hashObjectRef(object)}` : name };
    await storage.copy(object, target, signal);
    await storage.delete(object, signal);
  };
}
