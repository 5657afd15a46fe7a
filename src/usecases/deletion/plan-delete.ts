import type { DeleteCommand } from '../../domain/deletion/delete-command.ts';
import { countInstances, instancesOf } from '../../domain/deletion/instance-set.ts';
import type { PlanEnd, PlanLine } from '../../domain/deletion/plan.ts';
import { targetResult } from '../../domain/deletion/target-result.ts';
import { formatTarget, type Target } from '../../domain/dicom/target.ts';
import type { Invocation } from '../invocation.ts';
import { inParallel } from '../in-parallel.ts';
import type { DeletionDependencies } from './deletion-dependencies.ts';
import { findHold } from './holds.ts';
import { listInstances, TOO_MANY } from './list-instances.ts';

const TARGETS_AT_ONCE = 8;

/** A plan in one piece, small enough to be held: a delete command names its targets. */
export interface DeletePlan {
  readonly lines: readonly PlanLine[];
  readonly end: PlanEnd;
}

/**
 * Looks at every target of a delete command, and at all of them together.
 *
 * A hold keeps its own target only; too many targets or instances, or another number than was expected, refuse the whole
 * command before anything is deleted.
 */
export async function planDelete(
  command: DeleteCommand,
  deps: DeletionDependencies,
  invocation: Invocation,
): Promise<DeletePlan> {
  const targets = [...new Map(command.targets.map((target) => [formatTarget(target), target])).values()];
  const { maxTargets, maxDeleteInstances } = deps.settings;
  if (targets.length > maxTargets) {
    return refused([], `The command names ${targets.length} targets, more than ${maxTargets} (MAX_TARGETS).`);
  }
  const lines = await planTargets(targets, deps, invocation);
  const instances = countDistinct(lines);
  const refusals = [...refuse(lines, instances, command, maxDeleteInstances)];
  const isDry = command.dryRun || refusals.length > 0;
  const planned = isDry ? lines.map((line) => withoutDeletion(line, command.dryRun)) : lines;
  const toDelete = planned.filter(({ result }) => result === null).length;
  const notes = targets.length < command.targets.length ? ['Targets that were named twice count once.'] : [];
  return {
    lines: planned,
    end: { slices: 1, targets: toDelete, refusals, notes, figures: {} },
  };
}

/** In the order of the targets. Stops looking once there are more instances than one command may delete. */
async function planTargets(
  targets: readonly Target[],
  deps: DeletionDependencies,
  invocation: Invocation,
): Promise<PlanLine[]> {
  const lines = new Map<Target, PlanLine>();
  let found = 0;
  await inParallel(targets, TARGETS_AT_ONCE, async (target) => {
    const line = await planTarget(target, deps.settings.maxDeleteInstances, deps, invocation);
    found += line.known?.kind === 'list' ? countInstances(line.known.instances) : 0;
    // What is held in memory stays bounded: the command is refused, whatever the rest holds.
    lines.set(target, found > 2 * deps.settings.maxDeleteInstances ? { ...line, known: null } : line);
  });
  return targets.map((target) => lines.get(target)).filter((line) => line !== undefined);
}

async function planTarget(
  target: Target,
  limit: number,
  deps: DeletionDependencies,
  invocation: Invocation,
): Promise<PlanLine> {
  const hold = await findHold(target, deps, invocation);
  if (hold !== null) return { target, known: null, result: targetResult('held', { reason: hold }) };
  const instances = await listInstances(target, limit, deps, invocation);
  if (instances === TOO_MANY) return { target, known: null, result: null };
  const isAbsent = countInstances(instances) === 0;
  return {
    target,
    known: { kind: 'list', instances },
    result: isAbsent ? targetResult('absent') : null,
  };
}

function* refuse(
  lines: readonly PlanLine[],
  instances: number,
  { expectedInstances }: DeleteCommand,
  most: number,
): Generator<string> {
  if (instances > most || lines.some(({ known, result }) => known === null && result === null)) {
    yield `The targets hold more than ${most} instances (MAX_DELETE_INSTANCES).`;
    return;
  }
  if (expectedInstances === null || expectedInstances === instances) return;
  const isHeld = lines.some(({ result }) => result?.outcome === 'held');
  const besides = isHeld ? ', those under a hold not counted' : '';
  yield `The targets hold ${instances} instances${besides}, and the command expects ${expectedInstances}.`;
}

/** An instance counts once, also where a study and a series of it are both named. */
function countDistinct(lines: readonly PlanLine[]): number {
  const seen = new Set<string>();
  for (const { target, known } of lines) {
    if (known?.kind !== 'list') continue;
    for (const { seriesInstanceUid, sopInstanceUid } of instancesOf(known.instances))
      seen.add(`${target.studyInstanceUid}/${seriesInstanceUid}/${sopInstanceUid}`);
  }
  return seen.size;
}

/** The line where nothing will be deleted: what would have been, or nothing. */
function withoutDeletion(line: PlanLine, isDryRun: boolean): PlanLine {
  if (line.result !== null) return { ...line, known: null };
  const planned = line.known?.kind === 'list' ? countInstances(line.known.instances) : 0;
  const result = isDryRun
    ? targetResult('planned', { counts: { planned } })
    : targetResult('failed', { reason: 'refused' });
  return { ...line, known: null, result };
}

function refused(lines: readonly PlanLine[], refusal: string): DeletePlan {
  return { lines, end: { slices: 1, targets: 0, refusals: [refusal], notes: [], figures: {} } };
}
