import * as v from 'valibot';

/** How a long-running operation ended. Numbers of instances are undefined where the operation does not count. */
export type OperationEnd =
  | { readonly kind: 'clean'; readonly success?: number | undefined }
  | { readonly kind: 'partial'; readonly success?: number | undefined; readonly failure: number }
  | { readonly kind: 'cancelled' }
  /** `code` is a gRPC code (google.rpc.Code), not an HTTP status. */
  | { readonly kind: 'error'; readonly code: number };

export const operationEndSchema = v.variant('kind', [
  v.object({ kind: v.literal('clean'), success: v.optional(v.number()) }),
  v.object({ kind: v.literal('partial'), success: v.optional(v.number()), failure: v.number() }),
  v.object({ kind: v.literal('cancelled') }),
  v.object({ kind: v.literal('error'), code: v.number() }),
]);
