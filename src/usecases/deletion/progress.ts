import { formatDeletionProgress } from '../../domain/deletion/deletion-report.ts';
import { queuePrefix } from '../../domain/deletion/deletion-names.ts';
import type { LedgerEntry } from '../../domain/deletion/ledger.ts';
import type { Invocation } from '../invocation.ts';
import type { AdvanceContext } from './advance-context.ts';
import type { DeletionDependencies } from './deletion-dependencies.ts';
import { deliveryOf, readOpenCommand, type OpenCommand } from './open-command.ts';

/** Says how far a command has come. */
export async function publishProgress(
  open: OpenCommand,
  targets: number,
  problems: readonly string[],
  deps: DeletionDependencies,
  invocation: Invocation,
): Promise<void> {
  const waiting = await countQueued(open.name.id, deps, invocation);
  const progress = { ended: Math.max(0, targets - waiting), targets };
  const report = formatDeletionProgress(open.name, progress, problems, deliveryOf(open, deps, invocation));
  await deps.attempts(invocation, () => deps.publisher.publish(report, invocation.signal));
}

/** Says, loudly and to everyone who waits for it, that an operation takes too long. */
export async function publishStuck(
  entry: LedgerEntry,
  operation: { readonly name: string; readonly startedAt: number },
  { deps, invocation }: AdvanceContext,
): Promise<void> {
  const hours = Math.floor((deps.clock.now() - operation.startedAt) / 3_600_000);
  invocation.logger.error('operation stuck', { target: entry.target, operation: operation.name, hours });
  const problem = `stuck: the operation ${operation.name} has been deleting ${entry.target} for ${hours} hours (OPERATION_MAX_AGE); it is still followed.`;
  for (const id of entry.commands) {
    const open = await readOpenCommand(id, deps, invocation);
    if (open === undefined) continue;
    const waiting = await countQueued(id, deps, invocation);
    const progress = { ended: 0, targets: waiting };
    const report = formatDeletionProgress(open.name, progress, [problem], deliveryOf(open, deps, invocation));
    await deps.attempts(invocation, () => deps.publisher.publish(report, invocation.signal));
  }
}

async function countQueued(
  id: string,
  { state, attempts }: Pick<DeletionDependencies, 'state' | 'attempts'>,
  invocation: Invocation,
): Promise<number> {
  let count = 0;
  let pageToken: string | undefined;
  do {
    const page = await attempts(invocation, () =>
      state.list({ prefix: queuePrefix(id), pageToken }, invocation.signal),
    );
    count += page.names.length;
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return count;
}
