import * as v from 'valibot';

/** An operation as far as it is looked at; everything in it is there to be doubted. */
export const operationSchema = v.looseObject({
  name: v.string(),
  metadata: v.optional(v.record(v.string(), v.unknown()), {}),
  done: v.optional(v.unknown()),
  error: v.optional(v.looseObject({ code: v.optional(v.number()) })),
});

export type Operation = v.InferOutput<typeof operationSchema>;

/** A deletion that was looked at from its beginning to its end. */
export interface WatchedDeletion {
  readonly study: string;
  readonly series: string;
  readonly name: string;
  readonly requestedAtMs: number;
  /** Right after the DELETE was answered. */
  readonly first: Operation;
  readonly last: Operation;
}
