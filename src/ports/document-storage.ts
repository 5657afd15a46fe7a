/** Names of documents under a prefix, page by page. */
export interface DocumentPage {
  /** In lexicographic order of their bytes; with `delimiter`, only those without one behind the prefix. */
  readonly names: readonly string[];
  /** With `delimiter`: the beginnings, up to and with the delimiter, of the names that have one. */
  readonly prefixes: readonly string[];
  /** Undefined on the last page. */
  readonly nextPageToken: string | undefined;
}

export interface DocumentListing {
  readonly prefix: string;
  /** `/` lists one level, as a folder would. */
  readonly delimiter?: '/';
  /** Only names that come at or behind this one. */
  readonly startOffset?: string | undefined;
  readonly pageToken?: string | undefined;
  /** At most 1000, which is also the default. */
  readonly limit?: number;
}

/**
 * Small JSON documents of the worker's own, in the state and records buckets, created and never changed. Every call is
 * tried once.
 */
export interface DocumentStorage {
  /**
   * @param name without the bucket, e.g. `tombstones/1.2.3`.
   * @returns undefined when there is no such document.
   * @throws MalformedAnswerError when it is not JSON, or longer than a document may be.
   */
  read(name: string, signal: AbortSignal): Promise<unknown>;

  /** Writes a document unless there is one of that name. */
  create(name: string, content: unknown, signal: AbortSignal): Promise<'created' | 'exists'>;

  /** One page of names. May be empty and yet not the last. */
  list(listing: DocumentListing, signal: AbortSignal): Promise<DocumentPage>;

  /**
   * Writes JSON lines, one value a line, unless there is a document of that name. Nothing is there before the last line
   * has been written.
   */
  createLines(
    name: string,
    lines: Iterable<unknown> | AsyncIterable<unknown>,
    signal: AbortSignal,
  ): Promise<'created' | 'exists'>;

  /**
   * Reads JSON lines as they arrive; none has to fit into memory but the longest.
   *
   * @returns undefined when there is no such document.
   * @throws MalformedAnswerError while iterating, for a line that is not JSON or longer than a line may be.
   */
  readLines(name: string, signal: AbortSignal): Promise<AsyncIterable<unknown> | undefined>;
}

/** A document, and the generation of it that was read. */
export interface VersionedDocument {
  readonly content: unknown;
  /** A 64-bit integer as a decimal string. */
  readonly generation: string;
}

/** Documents that are changed by whoever knows their generation. */
export interface VersionedDocumentStorage extends DocumentStorage {
  /** @returns undefined when there is no such document. */
  readVersion(name: string, signal: AbortSignal): Promise<VersionedDocument | undefined>;

  /**
   * Writes a new content in place of that generation, or where there is none for null.
   *
   * @returns the new generation; undefined when the document has changed meanwhile, and nothing was written.
   */
  replace(
    name: string,
    content: unknown,
    generation: string | null,
    signal: AbortSignal,
  ): Promise<string | undefined>;

  /** Removes a document, whatever its generation; none is fine. */
  remove(name: string, signal: AbortSignal): Promise<void>;
}
