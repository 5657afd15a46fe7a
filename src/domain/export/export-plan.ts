import * as v from 'valibot';
import { idSchema } from '../command/command-fields.ts';
import type { InstanceUids } from '../dicom/instance-uids.ts';
import type { Target } from '../dicom/target.ts';
import { isUid } from '../dicom/uid.ts';
import { formatDestination, parseDestination, type Destination } from './destination.ts';
import type { Selection } from './export-command.ts';
import { exportQuerySchema } from './export-query.ts';
import { formatRendition, parseRendition, type Rendition } from './rendition.ts';

/** One object that an export is to make. */
export interface PlanItem {
  readonly uids: InstanceUids;
  /** From 1; undefined where the object is the whole instance. */
  readonly frame: number | undefined;
  /** The object's name, with the destination's prefix. */
  readonly name: string;
  /** Which of the plan's targets it belongs to; of a query only the first ones are among them. */
  readonly target: number;
  /** Why it is not even tried; undefined where it is. */
  readonly refusal: string | undefined;
}

/** An item as a slice of the plan holds it. */
export interface SliceItem extends PlanItem {
  /** Whether its series did not fit into one slice, so that others hold parts of it. */
  readonly isOfCutSeries: boolean;
}

/** What the one plan of a command is; written last, when all of its slices are there. */
export interface ExportPlan {
  /** Under which name the slices of this plan were written; other attempts at planning have others. */
  readonly token: string;
  readonly slices: number;
  readonly items: number;
  /** Whether nothing is exported, for the reasons in `problems`. */
  readonly isRefused: boolean;
  readonly selection: Selection;
  /** What the selection has come to: the targets themselves, or the first of those that a query found. */
  readonly targets: readonly PlannedTarget[];
  readonly destination: Destination;
  readonly rendition: Rendition;
  readonly overwrite: boolean;
  /** What a person should know of how the plan was made. */
  readonly problems: readonly string[];
  readonly acceptedAtMs: number;
}

export interface PlannedTarget {
  readonly target: Target;
  readonly items: number;
}

const uid = v.pipe(v.string(), v.check(isUid));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const target = v.object({
  studyInstanceUid: uid,
  seriesInstanceUid: v.nullable(uid),
  sopInstanceUid: v.nullable(uid),
});

const itemSchema = v.object({
  study: uid,
  series: uid,
  instance: uid,
  frame: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  name: v.pipe(v.string(), v.nonEmpty()),
  target: count,
  refusal: v.optional(v.string()),
});

export function formatPlanItem({ uids, frame, name, target: index, refusal }: PlanItem): object {
  return {
    study: uids.studyInstanceUid,
    series: uids.seriesInstanceUid,
    instance: uids.sopInstanceUid,
    ...(frame === undefined ? {} : { frame }),
    name,
    target: index,
    ...(refusal === undefined ? {} : { refusal }),
  };
}

/** The inverse of {@link formatPlanItem}. @throws v.ValiError for what it did not write. */
export function parsePlanItem(line: unknown): PlanItem {
  const { study, series, instance, frame, name, target: index, refusal } = v.parse(itemSchema, line);
  return {
    uids: { studyInstanceUid: study, seriesInstanceUid: series, sopInstanceUid: instance },
    frame,
    name,
    target: index,
    refusal,
  };
}

const sliceItemSchema = v.object({ cutSeries: v.optional(v.boolean(), false) });

export function formatSliceItem(item: PlanItem, isOfCutSeries: boolean): unknown {
  return { ...formatPlanItem(item), ...(isOfCutSeries ? { cutSeries: true } : {}) };
}

/** The inverse of {@link formatSliceItem}. @throws v.ValiError for what it did not write. */
export function parseSliceItem(line: unknown): SliceItem {
  const { cutSeries } = v.parse(sliceItemSchema, line);
  return { ...parsePlanItem(line), isOfCutSeries: cutSeries };
}

/** Tells the series of a plan apart. */
export function seriesKey({ uids }: PlanItem): string {
  return `${uids.studyInstanceUid}/${uids.seriesInstanceUid}`;
}

const planSchema = v.object({
  token: idSchema,
  slices: count,
  items: count,
  isRefused: v.boolean(),
  selection: v.variant('kind', [
    v.object({ kind: v.literal('targets'), targets: v.array(target) }),
    v.object({ kind: v.literal('query'), query: exportQuerySchema }),
  ]),
  targets: v.array(v.object({ target, items: count })),
  destination: v.pipe(v.string(), v.transform(parseDestination), v.custom<Destination>(isDefined)),
  rendition: v.pipe(v.string(), v.transform(parseRendition), v.custom<Rendition>(isDefined)),
  overwrite: v.boolean(),
  problems: v.array(v.string()),
  acceptedAtMs: v.number(),
});

function isDefined(value: unknown): boolean {
  return value !== undefined;
}

export function formatPlan(plan: ExportPlan): unknown {
  return {
    ...plan,
    destination: formatDestination(plan.destination),
    rendition: formatRendition(plan.rendition),
  };
}

/** The inverse of {@link formatPlan}. @throws v.ValiError for what it did not write. */
export function parsePlan(document: unknown): ExportPlan {
  return v.parse(planSchema, document);
}
