import { planEndName, planSliceName } from '../../domain/deletion/deletion-names.ts';
import { formatPlanLine, type PlanEnd } from '../../domain/deletion/plan.ts';
import type { AdvanceContext } from './advance-context.ts';
import type { OpenCommand } from './open-command.ts';
import { planCleanup } from './plan-cleanup.ts';
import { planDelete } from './plan-delete.ts';
import { readPlanEnd } from './queue.ts';

/**
 * The plan of a command: made once, and from then on what the command means.
 *
 * @returns undefined when the time was not enough to finish it.
 */
export async function planCommand(open: OpenCommand, context: AdvanceContext): Promise<PlanEnd | undefined> {
  const { deps, invocation } = context;
  const { id } = open.name;
  const known = await readPlanEnd(id, deps, invocation);
  if (known !== undefined) return known;
  const end = await makePlan(open, context);
  if (end === undefined) return undefined;
  await deps.attempts(invocation, () => deps.state.create(planEndName(id), end, invocation.signal));
  return end;
}

async function makePlan(open: OpenCommand, context: AdvanceContext): Promise<PlanEnd | undefined> {
  const { deps, invocation } = context;
  const { command, name } = open;
  if (command.kind === 'cleanup') return planCleanup(open, command, context);
  const { lines, end } = await planDelete(command, deps, invocation);
  const slice = planSliceName(name.id, 0);
  const { signal } = invocation;
  // One that was left without an end is of a call that died, and may know less.
  await deps.attempts(invocation, () => deps.state.remove(slice, signal));
  await deps.attempts(invocation, () => deps.state.createLines(slice, lines.map(formatPlanLine), signal));
  return end;
}
