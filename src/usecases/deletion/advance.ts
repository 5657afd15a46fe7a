import { formatTarget, type Target } from '../../domain/dicom/target.ts';
import type { PlanEnd } from '../../domain/deletion/plan.ts';
import { CourierError, type ErrorCode } from '../../domain/errors.ts';
import { describeError } from '../attempts.ts';
import { inParallel } from '../in-parallel.ts';
import type { Invocation } from '../invocation.ts';
import type { AdvanceContext } from './advance-context.ts';
import type { DeletionDependencies } from './deletion-dependencies.ts';
import { finishDeletion } from './finish-deletion.ts';
import { acquireLease } from './lease.ts';
import { listOpenCommands, readOpenCommand, type OpenCommand } from './open-command.ts';
import { planCommand } from './plan-command.ts';
import { publishProgress } from './progress.ts';
import { fillQueue, listQueue } from './queue.ts';
import { stepTarget } from './step-target.ts';

/** Moves all deletions on, as far as they go within the time there is. */
export type Advance = (invocation: Invocation) => Promise<void>;

const TARGETS_AT_ONCE = 8;
/** Targets looked at in a round, for each operation that may run: those that wait for their tombstone to be noticed. */
const WINDOW_PER_OPERATION = 40;
/** Between the end of the work and the end of the invocation, for what has begun and for giving the lease back. */
const CLOSING_MS = 10_000;
const LONGEST_PAUSE_MS = 10_000;
/** Before a target that could not be looked at is looked at again. */
const AFTER_FAILURE_MS = 5000;

/** Failures that pass by themselves: what could not be done is done by the next call. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'throttled',
  'unavailable',
  'connection-lost',
  'malformed-answer',
]);

/**
 * One call at a time moves deletions on, under a lease; one that finds it taken returns at once.
 *
 * Nothing is kept between two calls but documents, and each of them is written before, and after, what it tells of. So a call
 * may end anywhere, and the next one goes on.
 *
 * @throws the first failure that somebody has to mend, once everything else has been moved on.
 */
export function makeAdvance(deps: DeletionDependencies): Advance {
  return async (invocation) => {
    // Without open commands there is nothing to do, and no need for the lease: that is how most ticks end.
    if ((await listOpenCommands(deps, invocation)).length === 0) return;
    const lease = await acquireLease(deps, invocation);
    if (lease === undefined) return;
    const until = deps.clock.now() + deps.settings.advanceBudgetMs;
    const workUntil = Math.min(until, invocation.deadlineAt - CLOSING_MS);
    const context: AdvanceContext = { deps, lease, invocation, workUntil, failures: [] };
    try {
      await new Rounds(context).run();
    } finally {
      // One that cannot be given back ends by itself.
      await lease.release(invocation).catch((error: unknown) => {
        invocation.logger.warning('lease not given back', describeError(error));
      });
    }
    if (context.failures.length > 0) throw context.failures[0];
  };
}

/** A command in this call, once its queue is complete. */
interface Queued {
  readonly open: OpenCommand;
  readonly end: PlanEnd;
}

/** The work of one call: round after round, until there is nothing to do, or no time to do it. */
class Rounds {
  readonly #context: AdvanceContext;
  readonly #queued = new Map<string, Queued>();
  /** The commands of which a target has ended in this call. */
  readonly #advanced = new Set<string>();
  /** Targets not to be looked at before. */
  readonly #notBefore = new Map<string, number>();
  /** The half of the time in which plans are made and looked at; the other is for doing what is planned. */
  readonly #planUntil: number;

  constructor(context: AdvanceContext) {
    this.#context = context;
    this.#planUntil = (context.deps.clock.now() + context.workUntil) / 2;
  }

  async run(): Promise<void> {
    const { clock } = this.#context.deps;
    for (;;) {
      const dueAt = await this.#round();
      const pauseMs = Math.max(0, Math.min(dueAt - clock.now(), LONGEST_PAUSE_MS));
      if (dueAt === Infinity || clock.now() + pauseMs >= this.#context.workUntil) break;
      await clock.sleep(pauseMs, this.#context.invocation.signal);
      this.#context.invocation.signal.throwIfAborted();
    }
    await this.#tellProgress();
  }

  /** @returns when there is something to do again; Infinity for nothing. Milliseconds since the epoch. */
  async #round(): Promise<number> {
    const { deps, invocation } = this.#context;
    const ids = await listOpenCommands(deps, invocation);
    for (const id of ids) await this.#guarded(() => this.#planned(id));
    const work = await this.#collect(ids);
    const now = deps.clock.now();
    const due = [...work.values()].filter(({ name }) => (this.#notBefore.get(name) ?? 0) <= now);
    await inParallel(due, TARGETS_AT_ONCE, (item) => this.#guarded(() => this.#step(item), item.name));
    for (const id of ids) await this.#guarded(() => this.#finishIfEmpty(id));
    return Math.min(
      ...[...work.keys()].map((name) => this.#notBefore.get(name) ?? deps.clock.now()),
      Infinity,
    );
  }

  /** Sees to it that a command has a plan and a queue. */
  async #planned(id: string): Promise<void> {
    if (this.#queued.has(id)) return;
    const { deps, invocation } = this.#context;
    // There may be more open commands than a call can look at, always in the same order: the first of them have to be done for
    // the others to have their turn.
    const workUntil = this.#queued.size === 0 ? this.#context.workUntil : this.#planUntil;
    if (deps.clock.now() >= workUntil) return;
    const open = await readOpenCommand(id, deps, invocation);
    if (open === undefined) return;
    const end = await planCommand(open, { ...this.#context, workUntil });
    if (end === undefined) return;
    await fillQueue(id, end, deps, invocation);
    this.#queued.set(id, { open, end });
  }

  /** What is under way, and the next targets of every command, a few of each. */
  async #collect(ids: readonly string[]): Promise<Map<string, Work>> {
    const { deps, lease, invocation } = this.#context;
    const work = new Map<string, Work>();
    for (const target of lease.active) {
      const name = formatTarget(target);
      work.set(name, { name, target, commands: [] });
    }
    const window = WINDOW_PER_OPERATION * deps.settings.maxOperations;
    const ready = ids.filter((id) => this.#queued.has(id));
    const share = Math.max(1, Math.floor(window / Math.max(1, ready.length)));
    for (const id of ready) {
      for (const target of await listQueue(id, share, deps, invocation)) {
        const name = formatTarget(target);
        const known = work.get(name) ?? { name, target, commands: [] };
        work.set(name, { ...known, commands: [...known.commands, id] });
      }
    }
    return work;
  }

  async #step({ name, target, commands }: Work): Promise<void> {
    const { notBefore, settled } = await stepTarget(target, commands, this.#context);
    this.#notBefore.set(name, notBefore);
    for (const id of settled) this.#advanced.add(id);
    const isSettled = commands.length > 0 && commands.every((id) => settled.includes(id));
    if (isSettled) this.#notBefore.delete(name);
  }

  async #finishIfEmpty(id: string): Promise<void> {
    const { deps, invocation } = this.#context;
    const queued = this.#queued.get(id);
    if (queued === undefined) return;
    const [next] = await listQueue(id, 1, deps, invocation);
    if (next !== undefined) return;
    await finishDeletion(queued.open, queued.end, this.#context);
    this.#queued.delete(id);
  }

  async #tellProgress(): Promise<void> {
    const { deps, invocation } = this.#context;
    for (const [id, { open, end }] of this.#queued) {
      if (!this.#advanced.has(id)) continue;
      await this.#guarded(() => publishProgress(open, end.targets, [], deps, invocation));
    }
  }

  /** A failure of one keeps none of the others from going on; but whoever has lost the lease, or the time, stops. */
  async #guarded(work: () => Promise<void>, name?: string): Promise<void> {
    const { deps, invocation, failures } = this.#context;
    try {
      await work();
    } catch (error) {
      invocation.signal.throwIfAborted();
      const code = error instanceof CourierError ? error.code : undefined;
      if (code === 'precondition-failed') throw error;
      const isPassing = code !== undefined && PASSING.has(code);
      if (!isPassing) failures.push(error);
      const fields = { ...describeError(error), ...(name === undefined ? {} : { target: name }) };
      if (isPassing) invocation.logger.warning('deletion not moved on', fields);
      else invocation.logger.error('deletion not moved on', fields);
      if (name !== undefined) this.#notBefore.set(name, deps.clock.now() + AFTER_FAILURE_MS);
    }
  }
}

/** A target, and the commands in whose queue it is. */
interface Work {
  readonly name: string;
  readonly target: Target;
  readonly commands: readonly string[];
}
