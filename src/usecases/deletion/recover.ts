import { countInstances } from '../../domain/deletion/instance-set.ts';
import { MOST_REQUESTS, type LedgerEntry } from '../../domain/deletion/ledger.ts';
import { formatTarget, type Target } from '../../domain/dicom/target.ts';
import type { AdvanceContext } from './advance-context.ts';
import { readPage, waitUntil, writePage, type Page } from './ledger-book.ts';
import { compareWithListed } from './list-instances.ts';
import { markDone } from './mark-done.ts';
import { reportIfStuck } from './progress.ts';

/** Between two looks at the operations that a lost request may have begun. */
const LOOK_AGAIN_MS = 10_000;
/** Clocks differ, and an operation may be dated a little before the request was noted. */
const CLOCK_SKEW_MS = 60_000;

/**
 * Finds out what came of a request whose answer nobody has: its process died, or its connection.
 *
 * What may have begun is waited out: operations tell no target, so every deletion of the dataset since then may be this
 * one. Only when none is running, and something is still there, is it asked for again; and after some requests, instance by
 * instance.
 */
export async function recoverTarget(target: Target, page: Page, context: AdvanceContext): Promise<Page> {
  const { deps, lease, invocation } = context;
  const { entry, generation } = page;
  const now = deps.clock.now();
  if (now < entry.lease.until) return waitUntil(page, entry.lease.until);
  // In this order: what ends between the two looks is seen by the second.
  const running = await findRunningDeletion(target, entry, context);
  const { left } = await compareWithListed(target, entry.instances, deps, invocation);
  if (countInstances(left) === 0) return markDone(target, page, {}, context);
  if (running !== undefined) {
    const mayBeOurs = { name: running, startedAt: Number(entry.requestedAt) };
    return reportIfStuck(target, waitUntil(page, now + LOOK_AGAIN_MS), mayBeOurs, context);
  }
  // Whatever keeps the store from answering for the whole may let single instances pass, and may last for hours.
  if (entry.requests >= MOST_REQUESTS) return markDone(target, page, { byInstance: true }, context);
  lease.end(target);
  const again: LedgerEntry = { ...entry, phase: 'planned', notBefore: now };
  return writePage(target, again, generation, deps, invocation);
}

/** A deletion that is running in the dataset, and that the entry's request may have begun: no other target's of ours. */
async function findRunningDeletion(
  target: Target,
  entry: LedgerEntry,
  context: AdvanceContext,
): Promise<string | undefined> {
  const { deps, invocation } = context;
  const since = Number(entry.requestedAt) - CLOCK_SKEW_MS;
  const others = await knownOperations(target, context);
  let pageToken: string | undefined;
  do {
    const page = await deps.attempts(invocation, () =>
      deps.deletion.listOperations(pageToken, invocation.signal),
    );
    const mayBeOurs = page.operations.find(
      ({ name, method = 'Delete', createdAtMs = Infinity, end }) =>
        end === undefined && method.startsWith('Delete') && createdAtMs >= since && !others.has(name),
    );
    if (mayBeOurs !== undefined) return mayBeOurs.name;
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return undefined;
}

/**
 * The operations of the other targets that are under way. Without them a long cleanup, of which some operation always
 * runs, would keep a lost request waiting to its end.
 */
async function knownOperations(
  target: Target,
  { deps, lease, invocation }: AdvanceContext,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const other of lease.active) {
    const page =
      formatTarget(other) === formatTarget(target) ? undefined : await readPage(other, deps, invocation);
    const name = page?.entry.operation?.name;
    if (name !== undefined) names.add(name);
  }
  return names;
}
