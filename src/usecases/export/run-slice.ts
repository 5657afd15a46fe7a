import {
  NotFoundError,
  PermissionDeniedError,
  ThrottledError,
  UnauthenticatedError,
} from '../../domain/errors.ts';
import { planSliceName } from '../../domain/export/export-names.ts';
import { parseSliceItem, type PlanItem, type SliceItem } from '../../domain/export/export-plan.ts';
import { itemKey, type ItemResult } from '../../domain/export/item-result.ts';
import { WRITE_CALL } from '../../ports/object-writer.ts';
import { describeError } from '../attempts.ts';
import type { Invocation } from '../invocation.ts';
import type { ExportDependencies } from './export-dependencies.ts';
import { exportItem, findOwn } from './export-item.ts';
import { exportSeries } from './export-series.ts';
import { inParallel } from './in-parallel.ts';
import { outcomeOf } from './item-results.ts';
import { findInstance } from './list-selection.ts';
import type { ExportContext } from './own-object.ts';
import { groupSeries, onlyOf, singlesOf, type SliceItems } from './series-groups.ts';
import { SliceLog } from './slice-log.ts';
import { sortSeries, type ExportOne } from './sort-series.ts';

/** Deliveries that may come to nothing before the rest is given up. */
const MOST_FRUITLESS = 3;

/** Nothing is begun in the last part of an invocation: so much of its time is left to what is under way. */
const LAST_PART = 0.1;

/**
 * Does one slice, or as much of it as there is time for.
 *
 * @returns what became of all its items.
 * @throws when something is left to do; the next delivery goes on where this one stopped.
 */
export async function runSlice(
  slice: number,
  context: ExportContext,
  deps: ExportDependencies,
  invocation: Invocation,
): Promise<readonly ItemResult[]> {
  const [items, log] = await Promise.all([
    readItems(slice, context, deps, invocation),
    SliceLog.open(context.id, slice, deps, invocation),
  ]);
  const results = new Map(log.results);
  const isOpen = (item: PlanItem): boolean => !results.has(itemKey(item));
  const add = (result: ItemResult): void => void results.set(itemKey(result.item), result);

  if (log.isRepeated) {
    // A delivery that was killed has left no word of what it made; asking is cheaper than retrieving anew.
    const found = await lookForOwn(items.filter(isOpen), context, deps, invocation);
    await log.noteFound(found);
    found.forEach(add);
    if (found.length === 0 && log.fruitless >= MOST_FRUITLESS) {
      items.filter(isOpen).map(givenUp).forEach(add);
    }
  }

  const done: ItemResult[] = [];
  const sliceItems = { all: items, open: items.filter(isOpen) };
  const failure = await work(sliceItems, context, deps, invocation, (result) => {
    done.push(result);
    add(result);
  });
  if (failure === undefined) {
    if (items.some(isOpen)) throw new Error('Nothing has failed, and not all is done.');
    return [...results.values()];
  }
  const isExcused = done.length === 0 && (await isNobodysFault(failure.error, items, deps, invocation));
  await log.noteEnd(done, isExcused ? 'excused' : 'over');
  throw failure.error;
}

async function readItems(
  slice: number,
  { id, plan }: ExportContext,
  { state, attempts }: ExportDependencies,
  invocation: Invocation,
): Promise<readonly SliceItem[]> {
  return attempts(invocation, async ({ signal }) => {
    const lines = await state.readLines(planSliceName(id, plan.token, slice), signal);
    if (lines === undefined) throw new Error('A slice of the plan is not there.');
    const items: SliceItem[] = [];
    for await (const line of lines) items.push(parseSliceItem(line));
    return items;
  });
}

async function lookForOwn(
  items: readonly PlanItem[],
  context: ExportContext,
  deps: ExportDependencies,
  invocation: Invocation,
): Promise<readonly ItemResult[]> {
  const found: ItemResult[] = [];
  const failure = await inParallel(items, deps.settings.concurrency, async (item) => {
    const result = await findOwn(item, context, deps, invocation);
    if (result !== undefined) found.push(result);
  });
  if (failure !== undefined) throw failure.error;
  return found;
}

/** @returns the failure that left something to do; undefined where nothing is left. */
async function work(
  items: SliceItems,
  context: ExportContext,
  deps: ExportDependencies,
  invocation: Invocation,
  onResult: (result: ItemResult) => void,
): Promise<{ readonly error: unknown } | undefined> {
  const { clock, settings } = deps;
  const lastStartAt = invocation.deadlineAt - (invocation.deadlineAt - invocation.startedAtMs) * LAST_PART;
  let failuresInARow = 0;
  // One instance that fails must not keep the others waiting; but where nothing works, nothing more is begun.
  const goesOn = (): boolean =>
    failuresInARow < settings.concurrency && clock.now() < lastStartAt && !invocation.signal.aborted;
  const open = new Set(items.open);
  const add = (result: ItemResult): void => {
    open.delete(result.item);
    onResult(result);
  };
  const exportOne: ExportOne = async (item, onOpened) => {
    try {
      const result = await exportItem(item, context, deps, invocation, onOpened);
      add(result);
      failuresInARow = 0;
      return result;
    } catch (error) {
      failuresInARow += 1;
      const { sopInstanceUid } = item.uids;
      invocation.logger.warning('instance not exported yet', { sopInstanceUid, ...describeError(error) });
      throw error;
    }
  };
  const groups = groupSeries(items, context, settings);
  const streams =
    settings.retrieveBy === 'auto' && groups.length > 0
      ? await sortSeries(groups, singlesOf(items.open, groups), exportOne, settings.concurrency, goesOn)
      : groups;
  const wanted = streams.map((group) => onlyOf(group, open)).filter((group) => group.items.size > 0);
  await exportSeries(wanted, context, deps, invocation, add, goesOn);
  return inParallel([...open], settings.concurrency, (item) => exportOne(item), goesOn);
}

/**
 * Whether a failure says nothing of the instances: the store throttles, or does not answer a search either, or nothing may be
 * written. Then the slice waits for somebody to mend it, and is not given up.
 */
async function isNobodysFault(
  error: unknown,
  [item]: readonly PlanItem[],
  deps: ExportDependencies,
  invocation: Invocation,
): Promise<boolean> {
  if (error instanceof ThrottledError || isRefusedWrite(error)) return true;
  if (item === undefined || invocation.signal.aborted) return false;
  try {
    await findInstance(item.uids, item.uids.sopInstanceUid, [], deps, invocation);
    return false;
  } catch {
    return true;
  }
}

/** The account, its rights or the bucket: all of that is the same for every instance. */
function isRefusedWrite(error: unknown): boolean {
  const isOfRights =
    error instanceof UnauthenticatedError ||
    error instanceof PermissionDeniedError ||
    error instanceof NotFoundError;
  return isOfRights && error.details['call'] === WRITE_CALL;
}

function givenUp(item: PlanItem): ItemResult {
  const detail = `${MOST_FRUITLESS} deliveries came no further; the log says why.`;
  return { ...outcomeOf(item, 'failed'), reason: 'no-progress', detail };
}
