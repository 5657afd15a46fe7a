import * as v from 'valibot';
import { LEASE_NAME } from '../../domain/deletion/deletion-names.ts';
import { formatTarget, overlaps, parseTarget, type Target } from '../../domain/dicom/target.ts';
import { PreconditionFailedError } from '../../domain/errors.ts';
import type { Invocation } from '../invocation.ts';
import type { DeletionDependencies } from './deletion-dependencies.ts';
import { replaceDocument } from './ledger-book.ts';

/** The right to move deletions on, which one call has at a time, and the list of those that are under way. */
export interface Lease {
  readonly holder: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** Targets of which a request may be on its way, or an operation may run. */
  readonly active: readonly Target[];
  /** How many of them are studies and series, which take an operation. */
  readonly activeOperations: number;
  /**
   * Lists a target as under way. Has to be there before anything is asked of the store.
   *
   * @returns false, and nothing is listed, when it overlaps with another, or too many operations are under way.
   */
  begin(target: Target, invocation: Invocation): Promise<boolean>;
  /** The target is over. Written down with the next change. */
  end(target: Target): void;
  /** Gives the right back. */
  release(invocation: Invocation): Promise<void>;
}

const schema = v.object({
  holder: v.string(),
  until: v.number(),
  /** Makes every writing another. */
  revision: v.number(),
  active: v.array(v.string()),
});

type LeaseDocument = v.InferOutput<typeof schema>;

const FREE: LeaseDocument = { holder: '', until: 0, revision: 0, active: [] };

/** @returns undefined when somebody else has it. */
export async function acquireLease(
  deps: DeletionDependencies,
  invocation: Invocation,
): Promise<Lease | undefined> {
  const { state, attempts, clock, settings, newHolder } = deps;
  const known = await attempts(invocation, () => state.readVersion(LEASE_NAME, invocation.signal));
  const before = known === undefined ? FREE : v.parse(schema, known.content);
  const now = clock.now();
  if (before.until > now) return undefined;
  const holder = newHolder();
  const until = now + settings.leaseMs;
  const document = { ...before, holder, until, revision: before.revision + 1 };
  try {
    const generation = await replaceDocument(
      LEASE_NAME,
      document,
      known?.generation ?? null,
      deps,
      invocation,
    );
    return makeLease(document, generation, deps);
  } catch (error) {
    if (error instanceof PreconditionFailedError) return undefined;
    throw error;
  }
}

function makeLease(first: LeaseDocument, firstGeneration: string, deps: DeletionDependencies): Lease {
  const { settings } = deps;
  const active = new Map<string, Target>();
  for (const name of first.active) {
    const target = parseTarget(name);
    if (target !== undefined) active.set(name, target);
  }
  let { revision } = first;
  let generation = firstGeneration;
  let writing: Promise<void> = Promise.resolve();

  const activeOperations = (): number =>
    [...active.values()].filter(({ sopInstanceUid }) => sopInstanceUid === null).length;

  /** One writing after the other: each replaces what the one before it wrote. */
  const write = (change: Partial<LeaseDocument>, invocation: Invocation): Promise<void> => {
    const mine = writing.then(async () => {
      revision += 1;
      const document = { ...first, ...change, revision, active: [...active.keys()] };
      generation = await replaceDocument(LEASE_NAME, document, generation, deps, invocation);
    });
    writing = mine.catch(() => undefined);
    return mine;
  };

  return {
    holder: first.holder,
    until: first.until,
    get active() {
      return [...active.values()];
    },
    get activeOperations() {
      return activeOperations();
    },
    async begin(target, invocation) {
      const isOperation = target.sopInstanceUid === null;
      if (isOperation && activeOperations() >= settings.maxOperations) return false;
      if ([...active.values()].some((other) => overlaps(target, other))) return false;
      const name = formatTarget(target);
      // Taken before it is written, so that nobody takes it meanwhile.
      active.set(name, target);
      try {
        await write({}, invocation);
        return true;
      } catch (error) {
        active.delete(name);
        throw error;
      }
    },
    end(target) {
      active.delete(formatTarget(target));
    },
    release: (invocation) => write({ holder: '', until: 0 }, invocation),
  };
}
