import * as v from 'valibot';

/**
 * Left in state when a deletion through the worker begins.
 *
 * A study's tombstone is there for every study of which anything was deleted; `deletedAt` is null where only series
 * of it were, so that one look tells ingest that nothing was.
 */
export interface Tombstone {
  /** RFC 3339, or null. */
  readonly deletedAt: string | null;
}

const schema = v.object({ deletedAt: v.nullable(v.pipe(v.string(), v.isoTimestamp())) });

/** @throws v.ValiError when the document is not a tombstone. */
export function parseTombstone(document: unknown): Tombstone {
  return v.parse(schema, document);
}
