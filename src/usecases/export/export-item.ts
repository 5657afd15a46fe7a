import type { PlanItem } from '../../domain/export/export-plan.ts';
import type { ItemResult } from '../../domain/export/item-result.ts';
import type { Paced } from '../../retry/lane.ts';
import { compareBytes } from '../ingest/compare-bytes.ts';
import type { Invocation } from '../invocation.ts';
import type { ExportDependencies } from './export-dependencies.ts';
import { alreadyExported, exported, outcomeOf, toObject } from './item-results.ts';
import { matchesItself } from './matches-itself.ts';
import { openRendition, type OpenedRendition } from './open-rendition.ts';
import { gone, isOwn, toNewObject, type ExportContext } from './own-object.ts';

/**
 * Makes the object of one item, whatever it takes, and says what became of it.
 *
 * It is retrieved and written within one turn of the retrieve lane, so that no more of them are in hand than the lane lets
 * through; a further attempt retrieves it anew.
 *
 * @param onOpened told how large it is, where the store says so before it sends it.
 * @throws what is nothing to be said of the instance: the work has to be given back.
 */
export async function exportItem(
  item: PlanItem,
  context: ExportContext,
  deps: ExportDependencies,
  invocation: Invocation,
  onOpened?: (sizeBytes: number) => void,
): Promise<ItemResult> {
  if (item.refusal !== undefined) {
    const detail = `It has more frames than MAX_FRAMES (${deps.settings.maxFrames}).`;
    return { ...outcomeOf(item, 'failed'), reason: item.refusal, detail };
  }
  return deps.attempts(invocation, (limits) =>
    deps.retrieveLane.run((paced) => tryItem(item, context, paced, deps, invocation, onOpened), limits),
  );
}

async function tryItem(
  item: PlanItem,
  context: ExportContext,
  paced: Paced,
  deps: ExportDependencies,
  invocation: Invocation,
  onOpened?: (sizeBytes: number) => void,
): Promise<ItemResult> {
  const { selection, rendition } = context.plan;
  if (selection.kind === 'query') {
    const own = await matchesItself(item, selection.query, paced, deps, invocation);
    if (own !== 'matches') return { ...outcomeOf(item, own), reason: REASONS[own] };
  }
  const opened = await openRendition(item, rendition, paced, deps, invocation);
  if (opened.kind !== 'opened') return settleUnopened(item, opened);
  const { transferSyntaxUid, sizeBytes } = opened;
  if (sizeBytes !== undefined) onOpened?.(sizeBytes);
  const answer = await deps.writer.write(toNewObject(item, context, opened), invocation.signal);
  if (answer.kind === 'written') return exported(item, answer, transferSyntaxUid);
  return await settleExisting(item, context, paced, deps, invocation);
}

const REASONS = { absent: 'not-in-store', excluded: 'does-not-match-query' } as const;

/** Looks whether an item was made before. @returns undefined where this command has made nothing of that name. */
export async function findOwn(
  item: PlanItem,
  context: ExportContext,
  { attempts, writer }: ExportDependencies,
  invocation: Invocation,
): Promise<ItemResult | undefined> {
  const { bucket } = context.plan.destination;
  const found = await attempts(invocation, ({ signal }) => writer.look(bucket, item.name, signal));
  if (found === undefined || !isOwn(found, item, context)) return undefined;
  return alreadyExported(item, found);
}

/** The name is taken: by an earlier delivery, or by somebody else. */
async function settleExisting(
  item: PlanItem,
  context: ExportContext,
  paced: Paced,
  deps: ExportDependencies,
  invocation: Invocation,
): Promise<ItemResult> {
  const { bucket } = context.plan.destination;
  const found = await deps.writer.look(bucket, item.name, invocation.signal);
  if (found === undefined) throw gone();
  if (isOwn(found, item, context)) return alreadyExported(item, found);
  // The answer before has been read away; what is compared or written again is a fresh one.
  const opened = await openRendition(item, context.plan.rendition, paced, deps, invocation);
  if (opened.kind !== 'opened') return settleUnopened(item, opened);
  if (context.plan.overwrite) {
    const content = { ...opened, replaces: found.generation };
    const answer = await deps.writer.write(toNewObject(item, context, content), invocation.signal);
    if (answer.kind === 'exists') throw gone();
    return exported(item, answer, opened.transferSyntaxUid);
  }
  const { name } = item;
  const { generation } = found;
  const object = await deps.storage.open({ bucket, name, generation }, invocation.signal);
  const comparison = await compareBytes(object.body, opened.body, deps.crc32c);
  if (comparison.isEqual)
    return { ...alreadyExported(item, found), transferSyntaxUid: opened.transferSyntaxUid };
  const { left, right } = comparison;
  const detail = `The name is taken by another object: it has ${left.sizeBytes} bytes, and the instance ${right.sizeBytes}.`;
  return { ...outcomeOf(item, 'conflict'), reason: 'different-content', detail, object: toObject(found) };
}

function settleUnopened(item: PlanItem, opened: Exclude<OpenedRendition, { kind: 'opened' }>): ItemResult {
  if (opened.kind === 'absent') return { ...outcomeOf(item, 'absent'), reason: 'not-in-store' };
  return { ...outcomeOf(item, 'failed'), reason: opened.reason, detail: opened.detail };
}
