import * as v from 'valibot';

/**
 * Left in state when a deletion through the worker begins.
 *
 * A study's tombstone is there for every study of which anything was deleted; `deletedAt` is null where only series
 * of it were, so that one look tells ingest that nothing was. A series' tombstone is there also where only instances of it
 * were deleted, and says so.
 */
export interface Tombstone {
  /** RFC 3339, or null. */
  readonly deletedAt: string | null;
  /** Of a series: whether instances of it have tombstones of their own. */
  readonly hasInstances: boolean;
}

export const tombstoneSchema = v.object({
  deletedAt: v.nullable(v.pipe(v.string(), v.isoTimestamp())),
  hasInstances: v.optional(v.boolean(), false),
});

/** @throws v.ValiError when the document is not a tombstone. */
export function parseTombstone(document: unknown): Tombstone {
  return v.parse(tombstoneSchema, document);
}
