import * as v from 'valibot';
import { formatTarget, parseTarget, type Target } from '../dicom/target.ts';
import { instanceDigestSchema, instanceSetSchema } from './instance-set.ts';
import { targetResultSchema, type TargetResult } from './target-result.ts';

/** What a plan knows of the instances of a target: all of them, or how many and their digest. */
export type Known = v.InferOutput<typeof knownSchema>;

const knownSchema = v.variant('kind', [
  v.object({ kind: v.literal('list'), instances: instanceSetSchema }),
  v.object({ kind: v.literal('digest'), ...instanceDigestSchema.entries }),
]);

/** @throws v.ValiError when the document says nothing that a plan can know. */
export function parseKnown(document: unknown): Known {
  return v.parse(knownSchema, document);
}

/** One line of a plan: a target that is to be deleted, or what has become of it already. */
export interface PlanLine {
  readonly target: Target;
  readonly known: Known | null;
  /** Null where it is still to be deleted. */
  readonly result: TargetResult | null;
}

const lineSchema = v.object({
  target: v.string(),
  known: v.nullable(knownSchema),
  result: v.nullable(targetResultSchema),
});

export function formatPlanLine({ target, known, result }: PlanLine): v.InferOutput<typeof lineSchema> {
  return { target: formatTarget(target), known, result };
}

/** @throws v.ValiError when the line is not one of a plan. */
export function parsePlanLine(line: unknown): PlanLine {
  const { target, ...rest } = v.parse(lineSchema, line);
  const parsed = parseTarget(target);
  if (parsed === undefined) throw new Error('A line of a plan names no target.');
  return { target: parsed, ...rest };
}

/** Written last: the plan is complete. */
export type PlanEnd = v.InferOutput<typeof endSchema>;

const endSchema = v.object({
  slices: v.number(),
  /** Targets that are to be deleted. */
  targets: v.number(),
  /** Why nothing of it will be deleted; empty when it will. */
  refusals: v.array(v.string()),
  /** What a person should know of how the plan came about. */
  notes: v.array(v.string()),
  /** Of a cleanup, in series: how many were looked at, and what was found. */
  figures: v.record(v.string(), v.number()),
});

/** @throws v.ValiError when the document is not the end of a plan. */
export function parsePlanEnd(document: unknown): PlanEnd {
  return v.parse(endSchema, document);
}
