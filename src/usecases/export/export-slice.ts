import { partName, partsFolder } from '../../domain/export/export-names.ts';
import { formatResult, type ItemResult } from '../../domain/export/item-result.ts';
import type { SliceMessage } from '../../domain/export/slice-message.ts';
import { readFinalReport } from '../command/finish-command.ts';
import { refuseCommand } from '../command/refuse-command.ts';
import { countNames } from '../each-name.ts';
import type { Invocation } from '../invocation.ts';
import { readPlan, type IncomingMessage } from './begin-export.ts';
import type { ExportDependencies } from './export-dependencies.ts';
import { finishExport, publishAgain, publishProgress } from './finish-export.ts';
import type { ExportContext } from './own-object.ts';
import { runSlice } from './run-slice.ts';

/** So many times in its course an export says how far it is. */
const PROGRESS_STEPS = 10;

/**
 * Does one slice of a plan, and ends the export when it was the last.
 *
 * The message is trusted for nothing but which slice it names: what is in it, and where it goes, is in the state bucket.
 */
export async function exportSlice(
  message: IncomingMessage,
  { id, slice }: SliceMessage,
  deps: ExportDependencies,
  invocation: Invocation,
): Promise<void> {
  const name = partName(id, slice);
  const [plan, final, parts] = await Promise.all([
    readPlan(id, deps, invocation),
    readFinalReport({ kind: 'export', id }, deps, invocation),
    countNames(deps.state, name, deps.attempts, invocation),
  ]);
  if (plan === undefined || slice >= plan.slices) {
    return refuseCommand(
      { kind: 'export', id, messageId: message.messageId },
      ['there is no such slice of any plan'],
      deps,
      invocation,
    );
  }
  if (final !== undefined) return publishAgain(id, final, plan.acceptedAtMs, deps, invocation);

  const context: ExportContext = { id, plan, storeName: deps.settings.storeName };
  const isDone = parts > 0;
  if (!isDone) {
    const results = await runSlice(slice, context, deps, invocation);
    await deps.attempts(invocation, ({ signal }) => deps.state.createLines(name, linesOf(results), signal));
  }
  const done = plan.slices === 1 ? 1 : await countParts(id, deps, invocation);
  if (done >= plan.slices) return finishExport(context, deps, invocation);
  if (isDone || !isStep(done, plan.slices)) return;
  await publishProgress(context, done, deps, invocation);
}

function countParts(
  id: string,
  { state, attempts }: ExportDependencies,
  invocation: Invocation,
): Promise<number> {
  return countNames(state, partsFolder(id), attempts, invocation);
}

/** Whether this many slices are a further tenth of all. */
function isStep(done: number, slices: number): boolean {
  const step = (count: number): number => Math.floor((count * PROGRESS_STEPS) / slices);
  return step(done) > step(done - 1);
}

async function* linesOf(results: readonly ItemResult[]): AsyncGenerator {
  for (const result of results) yield await Promise.resolve(formatResult(result));
}
