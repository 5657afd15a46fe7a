import {
  parseKnown,
  parsePlanEnd,
  parsePlanLine,
  type Known,
  type PlanEnd,
  type PlanLine,
} from '../../domain/deletion/plan.ts';
import {
  planEndName,
  planSliceName,
  queuedName,
  queueName,
  queuePrefix,
  resultName,
} from '../../domain/deletion/deletion-names.ts';
import type { TargetResult } from '../../domain/deletion/target-result.ts';
import { parseTarget, type Target } from '../../domain/dicom/target.ts';
import { firstNames } from '../each-name.ts';
import type { Invocation } from '../invocation.ts';
import { inParallel } from '../in-parallel.ts';
import type { DeletionDependencies } from './deletion-dependencies.ts';

type Queueing = Pick<DeletionDependencies, 'state' | 'attempts'>;

const DOCUMENTS_AT_ONCE = 8;

/** The end of a command's plan; undefined while it is being made. */
export async function readPlanEnd(
  id: string,
  { state, attempts }: Queueing,
  invocation: Invocation,
): Promise<PlanEnd | undefined> {
  const document = await attempts(invocation, () => state.read(planEndName(id), invocation.signal));
  return document === undefined ? undefined : parsePlanEnd(document);
}

/** The lines of a plan, in their order. */
export async function* readPlan(
  id: string,
  { slices }: PlanEnd,
  { state, attempts }: Queueing,
  invocation: Invocation,
): AsyncGenerator<PlanLine> {
  for (let slice = 0; slice < slices; slice += 1) {
    const lines = await attempts(invocation, () =>
      state.readLines(planSliceName(id, slice), invocation.signal),
    );
    if (lines === undefined) throw new Error('A slice of a plan is missing.');
    for await (const line of lines) yield parsePlanLine(line);
  }
}

/**
 * Puts every target of a complete plan into the queue, once: a target that has left the queue never comes back, because
 * none leaves it before all are in.
 */
export async function fillQueue(
  id: string,
  end: PlanEnd,
  deps: Queueing,
  invocation: Invocation,
): Promise<void> {
  const { state, attempts } = deps;
  const { signal } = invocation;
  // Of a plan that was refused nothing is ever done, whatever its lines say.
  if (end.refusals.length > 0) return;
  const isFilled = await attempts(invocation, () => state.read(queuedName(id), signal));
  if (isFilled !== undefined) return;
  await inParallel(
    readPlan(id, end, deps, invocation),
    DOCUMENTS_AT_ONCE,
    async ({ target, known, result }) => {
      if (result !== null) return;
      await attempts(invocation, () => state.create(queueName(id, target), known, signal));
    },
  );
  await attempts(invocation, () => state.create(queuedName(id), { targets: end.targets }, signal));
}

/** The first targets that are still to be done for a command. */
export async function listQueue(
  id: string,
  limit: number,
  { state, attempts }: Queueing,
  invocation: Invocation,
): Promise<readonly Target[]> {
  const prefix = queuePrefix(id);
  const names = await firstNames(state, { prefix, limit }, attempts, invocation);
  return names.map((name) => parseTarget(name.slice(prefix.length))).filter((target) => target !== undefined);
}

/** What the plan of a command knows of a target; undefined when the target is not in its queue any more. */
export async function readKnown(
  id: string,
  target: Target,
  { state, attempts }: Queueing,
  invocation: Invocation,
): Promise<Known | undefined> {
  const document = await attempts(invocation, () => state.read(queueName(id, target), invocation.signal));
  return document === undefined ? undefined : parseKnown(document);
}

/** Writes down for a command what has become of a target, and then takes it from the queue. */
export async function settle(
  id: string,
  target: Target,
  result: TargetResult,
  { state, attempts }: Queueing,
  invocation: Invocation,
): Promise<void> {
  const { signal } = invocation;
  await attempts(invocation, () => state.create(resultName(id, target), result, signal));
  await attempts(invocation, () => state.remove(queueName(id, target), signal));
}
