import * as v from 'valibot';
import type { Operation } from '../ports/dicom-deletion.ts';

/** A 64-bit integer, which JSON has as text (ProtoJSON); a small one may come as a number. */
const int64 = v.pipe(
  v.union([v.pipe(v.string(), v.digits()), v.pipe(v.number(), v.integer(), v.minValue(0))]),
  v.transform(Number),
);

/**
 * An operation as the API shows it (google.longrunning.Operation, with the API's OperationMetadata).
 *
 * Fields that have their default are left out: `done` while it runs, counts that are zero, the code of an error that is 0.
 */
export const operationSchema = v.object({
  name: v.string(),
  metadata: v.optional(
    v.object({
      apiMethodName: v.optional(v.string()),
      createTime: v.optional(v.string()),
      counter: v.optional(v.object({ success: v.optional(int64, 0), failure: v.optional(int64, 0) })),
    }),
    {},
  ),
  done: v.optional(v.boolean(), false),
  error: v.optional(v.object({ code: v.optional(v.pipe(v.number(), v.integer())) })),
});

type OperationJson = v.InferOutput<typeof operationSchema>;

/** gRPC codes (google.rpc.Code). */
const CANCELLED = 1;
const UNKNOWN = 2;

export function toOperation(operation: OperationJson): Operation {
  const { name, metadata } = operation;
  const createdAtMs = Date.parse(metadata.createTime ?? '');
  return {
    name,
    method: metadata.apiMethodName?.split('.').at(-1),
    createdAtMs: Number.isNaN(createdAtMs) ? undefined : createdAtMs,
    end: endOf(operation),
  };
}

/** An operation that has ended without an error may still have failed at some instances, which only the counter tells. */
function endOf({ done, error, metadata: { counter } }: OperationJson): Operation['end'] {
  if (!done) return undefined;
  if (error !== undefined) {
    const { code = UNKNOWN } = error;
    return code === CANCELLED ? { kind: 'cancelled' } : { kind: 'error', code };
  }
  if (counter === undefined) return { kind: 'clean', success: undefined };
  const { success, failure } = counter;
  return failure > 0 ? { kind: 'partial', success, failure } : { kind: 'clean', success };
}
