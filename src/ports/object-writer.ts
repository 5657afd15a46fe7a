/** What the errors of a request that writes say it was (`details.call`). */
export const WRITE_CALL = 'write object';

/** An object to be. */
export interface NewObject {
  readonly bucket: string;
  readonly name: string;
  readonly contentType: string;
  /** Custom metadata: what the object says of itself. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Of the body; undefined when it is known only at its end. */
  readonly sizeBytes: number | undefined;
  /** Iterated once. If it throws, or is not as long as was said, nothing becomes visible. */
  readonly body: AsyncIterable<Buffer>;
  /** The generation that it takes the place of; undefined where nothing of that name may be there. */
  readonly replaces?: string | undefined;
}

/** An object as it is now. */
export interface WrittenObject {
  readonly generation: string;
  readonly sizeBytes: number;
  /** An unsigned 32-bit number. */
  readonly crc32c: number;
}

export interface FoundObject extends WrittenObject {
  readonly metadata: Readonly<Record<string, string>>;
}

export type WriteAnswer =
  | ({ readonly kind: 'written' } & WrittenObject)
  /** There is an object of that name, or not the generation that was to be replaced; nothing was written. */
  | { readonly kind: 'exists' };

/**
 * Writes whole objects, whose bytes the storage service compares with a checksum before anybody can see them. Every call is
 * tried once; failures are domain errors.
 */
export interface ObjectWriter {
  /**
   * Writes an object under a precondition on its generation.
   *
   * @throws ChecksumMismatchError when the service did not receive what was sent: then there is no object.
   */
  write(object: NewObject, signal: AbortSignal): Promise<WriteAnswer>;

  /** The object of that name, or undefined when there is none. */
  look(bucket: string, name: string, signal: AbortSignal): Promise<FoundObject | undefined>;
}
