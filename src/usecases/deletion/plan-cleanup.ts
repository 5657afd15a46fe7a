import * as v from 'valibot';
import type { CleanupCommand } from '../../domain/deletion/delete-command.ts';
import { planCursorName, planSliceName } from '../../domain/deletion/deletion-names.ts';
import { formatPlanLine, type PlanEnd, type PlanLine } from '../../domain/deletion/plan.ts';
import type { AdvanceContext } from './advance-context.ts';
import type { DeletionDependencies } from './deletion-dependencies.ts';
import type { Invocation } from '../invocation.ts';
import { inParallel } from '../in-parallel.ts';
import { eachMarkedStudy, type MarkedStudy } from './ingest-markers.ts';
import { eachPage } from './list-instances.ts';
import type { OpenCommand } from './open-command.ts';
import { planStudy, type StudyPlan } from './plan-study.ts';
import { makeJudgeStudy, makeMayBePast } from './series-age.ts';

const STUDIES_AT_ONCE = 4;
/** A slice ends after so many studies: what is held at once, and done again when a process dies, stays small. */
const STUDIES_PER_SLICE = 500;

/** How far the making of a plan has come. */
type Cursor = v.InferOutput<typeof cursorSchema>;

const cursorSchema = v.object({
  /** The last study that was looked at; null at the beginning. */
  after: v.nullable(v.string()),
  isComplete: v.boolean(),
  /** Slices so far. */
  slices: v.number(),
  /** Series past their retention. */
  past: v.number(),
  targets: v.number(),
  figures: v.record(v.string(), v.number()),
});

const BEGINNING: Cursor = { after: null, isComplete: false, slices: 0, past: 0, targets: 0, figures: {} };

/**
 * Finds what a cleanup may delete, slice by slice, and goes on where an earlier call had to stop.
 *
 * Only what ingest has left a marker of is looked at: the rest is unknown, and kept. Everything is found before anything
 * is deleted, so that no page is skipped and every breaker sees the whole.
 *
 * @returns the end of the plan; undefined when the time was not enough.
 */
export async function planCleanup(
  { name: { id }, acceptedAtMs }: OpenCommand,
  command: CleanupCommand,
  context: AdvanceContext,
): Promise<PlanEnd | undefined> {
  const { deps, invocation, workUntil } = context;
  let cursor = await readCursor(id, deps, invocation);
  while (!cursor.isComplete) {
    if (deps.clock.now() >= workUntil) return undefined;
    cursor = await planSlice(id, cursor, command, acceptedAtMs, context);
  }
  const { slices, targets, past, figures } = cursor;
  const total = past === 0 ? 0 : await countSeries(deps, invocation);
  const refusals = [...refuse(command, past, total, deps)];
  const notes = command.dryRun ? ['This was a dry run: nothing was deleted.'] : [];
  return {
    slices,
    targets: refusals.length > 0 ? 0 : targets,
    refusals,
    notes,
    figures: past === 0 ? figures : { ...figures, 'in-store': total },
  };
}

async function planSlice(
  id: string,
  cursor: Cursor,
  command: CleanupCommand,
  acceptedAtMs: number,
  { deps, invocation, workUntil }: AdvanceContext,
): Promise<Cursor> {
  const mayBePast = makeMayBePast(command, acceptedAtMs);
  const judge = makeJudgeStudy(command, acceptedAtMs);
  const plans: { readonly order: number; readonly plan: StudyPlan }[] = [];
  const taken = { studies: 0, after: cursor.after, isLast: true };

  async function* takeSlice(): AsyncGenerator<{ order: number; study: MarkedStudy }> {
    for await (const study of eachMarkedStudy(cursor.after, deps, invocation)) {
      if (taken.studies >= STUDIES_PER_SLICE || deps.clock.now() >= workUntil) {
        taken.isLast = false;
        return;
      }
      taken.studies += 1;
      taken.after = study.studyInstanceUid;
      if ([...study.series.values()].some(mayBePast)) yield { order: taken.studies, study };
    }
  }

  await inParallel(takeSlice(), STUDIES_AT_ONCE, async ({ order, study }) => {
    plans.push({ order, plan: await planStudy(study, judge, command.dryRun, deps, invocation) });
  });
  plans.sort((a, b) => a.order - b.order);
  const lines = plans.flatMap(({ plan }) => plan.lines);
  const figures = { ...cursor.figures };
  for (const { plan } of plans) {
    for (const [word, count] of Object.entries(plan.figures)) figures[word] = (figures[word] ?? 0) + count;
  }
  const past = cursor.past + plans.reduce((sum, { plan }) => sum + plan.past, 0);
  const next: Cursor = {
    after: taken.after,
    // Past the breaker nothing will be deleted, so there is nothing more to find; a dry run tells how much it would be.
    isComplete: taken.isLast || (past > command.maxSeries && !command.dryRun),
    slices: cursor.slices + 1,
    past,
    targets: cursor.targets + lines.filter(({ result }) => result === null).length,
    figures: { ...figures, studies: (cursor.figures['studies'] ?? 0) + taken.studies },
  };
  await writeSlice(id, cursor.slices, lines, next, deps, invocation);
  return next;
}

/** The cursor comes last: a slice without one is written again. */
async function writeSlice(
  id: string,
  slice: number,
  lines: readonly PlanLine[],
  next: Cursor,
  { state, attempts }: DeletionDependencies,
  invocation: Invocation,
): Promise<void> {
  const { signal } = invocation;
  const name = planSliceName(id, slice);
  await attempts(invocation, () => state.remove(name, signal));
  await attempts(invocation, () => state.createLines(name, lines.map(formatPlanLine), signal));
  await attempts(invocation, () => state.create(planCursorName(id, slice), next, signal));
}

/** Where an earlier call stopped: the last slice that has a cursor. */
async function readCursor(
  id: string,
  { state, attempts }: DeletionDependencies,
  invocation: Invocation,
): Promise<Cursor> {
  let cursor = BEGINNING;
  for (;;) {
    const name = planCursorName(id, cursor.slices);
    const document = await attempts(invocation, () => state.read(name, invocation.signal));
    if (document === undefined) return cursor;
    cursor = v.parse(cursorSchema, document);
  }
}

function* refuse(
  { maxSeries }: CleanupCommand,
  past: number,
  total: number,
  { settings }: DeletionDependencies,
): Generator<string> {
  const nothing = 'Nothing was deleted';
  if (past > maxSeries)
    yield `${nothing}: more than ${maxSeries} series are past their retention (maxSeries).`;
  const most = total * settings.maxCleanupShare;
  if (past > most)
    yield `${nothing}: ${past} of the store's ${total} series are past their retention, more than a share of ${settings.maxCleanupShare} (MAX_CLEANUP_SHARE).`;
}

/** How many series the store lists; where there are more than a search can be paged through, that many. */
async function countSeries(deps: DeletionDependencies, invocation: Invocation): Promise<number> {
  let count = 0;
  try {
    const pages = eachPage({ level: 'series', within: null }, deps, invocation);
    for await (const page of pages) count += page.length;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return count;
}
