import * as v from 'valibot';

/**
 * What became of a target.
 *
 * `deleted`: none of its instances is left. `absent`: there was nothing. `held`: a hold forbids it. `changed`: it holds
 * what the plan did not know, so nothing was deleted. `planned`: a dry run would have deleted it. `failed`: something is left.
 */
export type TargetOutcome = v.InferOutput<typeof outcomeSchema>;

const outcomeSchema = v.picklist(['deleted', 'absent', 'held', 'changed', 'planned', 'failed']);

export type TargetReason = v.InferOutput<typeof reasonSchema>;

const reasonSchema = v.picklist([
  'hold',
  'hold-unreadable',
  'unknown-instance',
  'too-many-instances',
  'operation-failed',
  'operation-cancelled',
  'refused',
  'instances-left',
]);

export const targetResultSchema = v.object({
  outcome: outcomeSchema,
  reason: v.nullable(reasonSchema),
  /** Outcome to number of instances. */
  counts: v.record(v.string(), v.number()),
  /** Operations that were begun for it. */
  operations: v.number(),
  /** What a person should read. */
  problems: v.array(v.string()),
});

export type TargetResult = v.InferOutput<typeof targetResultSchema>;

/** A result, of which only what matters has to be said. Counts of zero are left out. */
export function targetResult(
  outcome: TargetOutcome,
  rest: Partial<Omit<TargetResult, 'outcome'>> = {},
): TargetResult {
  const counts = Object.fromEntries(Object.entries(rest.counts ?? {}).filter(([, number]) => number > 0));
  return { outcome, reason: null, operations: 0, problems: [], ...rest, counts };
}
