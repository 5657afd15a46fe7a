import * as v from 'valibot';
import { DeletionTally } from '../../domain/deletion/deletion-report.ts';
import {
  auditName,
  openCommandName,
  resultName,
  resultPrefix,
} from '../../domain/deletion/deletion-names.ts';
import type { PlanEnd } from '../../domain/deletion/plan.ts';
import { targetResult, targetResultSchema, type TargetResult } from '../../domain/deletion/target-result.ts';
import type { Target } from '../../domain/dicom/target.ts';
import { finishCommand, logFinished, readFinalReport } from '../command/finish-command.ts';
import { inParallel } from '../in-parallel.ts';
import { eachName } from '../each-name.ts';
import type { Invocation } from '../invocation.ts';
import type { AdvanceContext } from './advance-context.ts';
import type { DeletionDependencies } from './deletion-dependencies.ts';
import { deliveryOf, type OpenCommand } from './open-command.ts';
import { readPlan } from './queue.ts';

const DOCUMENTS_AT_ONCE = 8;

/** Makes the final report of a command that has nothing in its queue, and forgets what was only needed for it. */
export async function finishDeletion(
  open: OpenCommand,
  end: PlanEnd,
  { deps, invocation }: AdvanceContext,
): Promise<void> {
  const { name, command, acceptedAtMs } = open;
  const known = await readFinalReport(name, deps, invocation);
  const report = known ?? (await assemble(open, end, deps, invocation));
  const final = await finishCommand(name, report, auditName(name.id, acceptedAtMs), deps, invocation);
  await removeResults(name.id, deps, invocation);
  await deps.attempts(invocation, () => deps.state.remove(openCommandName(name.id), invocation.signal));
  logFinished(final, invocation, { dryRun: command.dryRun });
}

async function assemble(
  open: OpenCommand,
  end: PlanEnd,
  deps: DeletionDependencies,
  invocation: Invocation,
): Promise<ReturnType<DeletionTally['report']>> {
  const tally = new DeletionTally();
  for await (const { target, result } of readPlan(open.name.id, end, deps, invocation)) {
    tally.add(target, result ?? (await readResult(open.name.id, target, end, deps, invocation)));
  }
  return tally.report(open.name, open.command, end, deliveryOf(open, deps, invocation));
}

async function readResult(
  id: string,
  target: Target,
  { refusals }: PlanEnd,
  { state, attempts }: DeletionDependencies,
  invocation: Invocation,
): Promise<TargetResult> {
  // Of a plan that was refused as a whole nothing was tried.
  if (refusals.length > 0) return targetResult('failed', { reason: 'refused' });
  const document = await attempts(invocation, () => state.read(resultName(id, target), invocation.signal));
  return v.parse(targetResultSchema, document);
}

async function removeResults(
  id: string,
  { state, attempts }: DeletionDependencies,
  invocation: Invocation,
): Promise<void> {
  const names = eachName(state, { prefix: resultPrefix(id) }, attempts, invocation);
  await inParallel(names, DOCUMENTS_AT_ONCE, (name) =>
    attempts(invocation, () => state.remove(name, invocation.signal)),
  );
}
