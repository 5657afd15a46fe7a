import { makeAttempts } from '../../src/usecases/attempts.ts';
import type { AdvanceContext } from '../../src/usecases/deletion/advance-context.ts';
import type { DeletionDependencies } from '../../src/usecases/deletion/deletion-dependencies.ts';
import { acquireLease } from '../../src/usecases/deletion/lease.ts';
import type { Invocation } from '../../src/usecases/invocation.ts';
import { makeLanes } from '../../src/usecases/lanes.ts';
import { DEFAULT_LANE_SETTINGS } from '../../src/retry/lane.ts';
import { DEFAULT_RETRY_POLICY } from '../../src/retry/policy.ts';
import { DeletionWorld, type WorldOptions } from './deletion-world.ts';

/** The parts of deletion by themselves, within a world that no message has reached. */
export interface DeletionParts {
  readonly world: DeletionWorld;
  readonly deps: DeletionDependencies;
  readonly invocation: Invocation;
}

export function makeParts(options: WorldOptions = {}): DeletionParts {
  const world = new DeletionWorld(options);
  const { clock, state, records, archive, publisher, settings, logger } = world;
  let holders = 0;
  const deps: DeletionDependencies = {
    state,
    records,
    search: archive,
    deletion: archive,
    publisher,
    attempts: makeAttempts(clock, () => 0.5, DEFAULT_RETRY_POLICY),
    lanes: makeLanes(DEFAULT_LANE_SETTINGS, clock),
    clock,
    newHolder: () => {
      holders += 1;
      return `holder-${holders}`;
    },
    settings,
  };
  const startedAtMs = clock.now();
  const { signal } = new AbortController();
  const deadlineAt = startedAtMs + 525_000;
  return { world, deps, invocation: { startedAtMs, deadlineAt, signal, attempts: 1, logger } };
}

/** The same, with the lease taken. */
export async function makeContext(
  options: WorldOptions = {},
): Promise<DeletionParts & { readonly context: AdvanceContext }> {
  const parts = makeParts(options);
  const { deps, invocation } = parts;
  const lease = await acquireLease(deps, invocation);
  if (lease === undefined) throw new Error('The lease is free, and was not given.');
  const workUntil = deps.clock.now() + deps.settings.advanceBudgetMs;
  return { ...parts, context: { deps, lease, invocation, workUntil, failures: [] } };
}
