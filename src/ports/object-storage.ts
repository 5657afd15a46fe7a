import type { ObjectRef } from '../domain/object-ref.ts';

/** One generation of an object, opened for reading once. */
export interface OpenedObject {
  /** Of the stored bytes; what the object decompresses to may be longer. */
  readonly sizeBytes: number;
  /** CRC32C of the stored bytes, as an unsigned 32-bit number. */
  readonly crc32c: number;
  /** E.g. `gzip`; null when the stored bytes are the content. */
  readonly contentEncoding: string | null;
  /** The stored bytes, not verified. Iterated once; returning early closes the connection. */
  readonly body: AsyncIterable<Buffer>;
}

/** Where a copy goes, and what is written beside it. */
export interface CopyTarget {
  readonly bucket: string;
  readonly name: string;
  /** In place of the object's own metadata, which the copy has otherwise. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Objects in buckets. Every call is tried once; failures are domain errors. */
export interface ObjectStorage {
  /**
   * Opens exactly that generation.
   *
   * @throws NotFoundError when it has been replaced or deleted.
   */
  open(object: ObjectRef, signal: AbortSignal): Promise<OpenedObject>;

  /**
   * Copies that generation inside the storage service, unless the target exists.
   *
   * @returns `exists` when an object of the target's name was there already, which is left as it is.
   * @throws NotFoundError when the generation is gone.
   */
  copy(object: ObjectRef, target: CopyTarget, signal: AbortSignal): Promise<'created' | 'exists'>;

  /** Deletes that generation. Another generation of the name, or none, is left as it is. */
  delete(object: ObjectRef, signal: AbortSignal): Promise<void>;
}
