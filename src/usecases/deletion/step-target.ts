import { isOpen, type LedgerEntry } from '../../domain/deletion/ledger.ts';
import type { TargetResult } from '../../domain/deletion/target-result.ts';
import type { Target } from '../../domain/dicom/target.ts';
import type { AdvanceContext } from './advance-context.ts';
import { readPage, writePage, type Page } from './ledger-book.ts';
import { pollTarget } from './poll.ts';
import { isServedBy, prepareTarget } from './prepare.ts';
import { readKnown, settle } from './queue.ts';
import { recoverTarget } from './recover.ts';
import { requestTarget } from './request.ts';
import { verifyTarget } from './verify.ts';

/** How a target stands after it has been looked at. */
export interface Step {
  /** Not to be looked at again before. Milliseconds since the epoch. */
  readonly notBefore: number;
  /** The commands for which it is done. */
  readonly settled: readonly string[];
}

/** A command may wait for the end of another's deletion of the same target. */
const WAIT_FOR_OTHERS_MS = 1000;
/** So many commands share one deletion; further ones wait for the next. */
const MOST_COMMANDS = 100;
/** Steps that a target takes at once, one following from the other, before the others have their turn. */
const MOST_STEPS = 4;

/**
 * Moves one target on as far as it goes now.
 *
 * @param commands the ids of the commands in whose queue it is.
 */
export async function stepTarget(
  target: Target,
  commands: readonly string[],
  context: AdvanceContext,
): Promise<Step> {
  const { deps, lease, invocation } = context;
  let page = await readPage(target, deps, invocation);
  // Listed as under way by a process that died before it asked for anything, or after the end.
  if (page === undefined || !isOpen(page.entry)) lease.end(target);
  // Before anyone begins anew, or what has become of it for these would be forgotten.
  const settled = page === undefined ? [] : await settleAttached(target, page.entry, context);
  for (const id of commands.filter((one) => !settled.includes(one))) {
    const admitted = await admit(id, target, page, context);
    if (admitted.result !== undefined) {
      await settle(id, target, admitted.result, deps, invocation);
      settled.push(id);
    }
    page = admitted.page;
  }
  if (page === undefined) return { notBefore: deps.clock.now(), settled };
  page = await moveOn(target, page, context);
  const { phase, notBefore } = page.entry;
  if (phase !== 'ended') return { notBefore: Math.max(notBefore, deps.clock.now()), settled };
  settled.push(...(await settleAttached(target, page.entry, context)));
  const isShared = commands.some((id) => !settled.includes(id));
  return { notBefore: deps.clock.now() + (isShared ? WAIT_FOR_OTHERS_MS : 0), settled };
}

/** Tells all commands that take part what has become of the target, once that is known. @returns their ids. */
async function settleAttached(
  target: Target,
  { commands, result }: LedgerEntry,
  { deps, invocation }: AdvanceContext,
): Promise<string[]> {
  const settled: string[] = [];
  if (result === null) return settled;
  for (const id of commands) {
    if ((await readKnown(id, target, deps, invocation)) === undefined) continue;
    await settle(id, target, result, deps, invocation);
    settled.push(id);
  }
  return settled;
}

interface Admitted {
  readonly page: Page | undefined;
  /** What has become of the target for this command, where that is known. */
  readonly result?: TargetResult;
}

/** Lets a command take part in the deletion of a target, or begins one for it. */
async function admit(
  id: string,
  target: Target,
  page: Page | undefined,
  context: AdvanceContext,
): Promise<Admitted> {
  const { deps, invocation } = context;
  if (page?.entry.commands.includes(id) === true) return { page };
  const known = await readKnown(id, target, deps, invocation);
  if (known === undefined) return { page };
  if (page === undefined || page.entry.phase === 'ended') {
    const prepared = await prepareTarget(target, { id, known }, page, context);
    return 'outcome' in prepared ? { page, result: prepared } : { page: prepared };
  }
  const { commands } = page.entry;
  if (commands.length >= MOST_COMMANDS || !isServedBy(page.entry, known)) return { page };
  const shared: LedgerEntry = { ...page.entry, commands: [...commands, id] };
  return { page: await writePage(target, shared, page.generation, deps, invocation) };
}

/** Does what is due, step by step, until it has to wait. */
async function moveOn(target: Target, first: Page, context: AdvanceContext): Promise<Page> {
  const { clock } = context.deps;
  let page = first;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const { phase, notBefore } = page.entry;
    if (phase === 'ended' || clock.now() < notBefore || clock.now() >= context.workUntil) return page;
    page = await takeStep(target, page, context);
  }
  return page;
}

function takeStep(target: Target, page: Page, context: AdvanceContext): Promise<Page> {
  const { entry } = page;
  if (entry.phase === 'planned') return requestTarget(target, page, context);
  if (entry.phase === 'requested') return recoverTarget(target, page, context);
  if (entry.end !== null) return verifyTarget(target, page, entry.end, context);
  if (entry.operation !== null) return pollTarget(target, page, entry.operation, context);
  throw new Error('A ledger entry says running, and not what.');
}
