import type { LedgerPhase } from '../../src/domain/deletion/ledger.ts';
import { formatTarget, type Target } from '../../src/domain/dicom/target.ts';
import type { InstanceUids } from '../../src/domain/dicom/instance-uids.ts';
import { PermissionDeniedError } from '../../src/domain/errors.ts';
import type { DeletionWorld } from './deletion-world.ts';

/** Somebody mends what is wrong. */
export type Mend = () => void;

/** Prepares a world. @returns what somebody mends once a message has been given back, and at the very end. */
export type Arrange = (world: DeletionWorld) => Mend | undefined;

/** Whether a document that was written is the one that is waited for. */
type IsIt = (name: string, content: unknown) => boolean;

/** Has something happen as soon as such a document has been written, once. */
export function once(isIt: IsIt, happen: (world: DeletionWorld) => void): Arrange {
  return (world) => {
    const { state } = world;
    const replace = state.replace.bind(state);
    let isOver = false;
    state.replace = async (name, content, ...rest) => {
      const written = await replace(name, content, ...rest);
      if (!isOver && isIt(name, content)) {
        isOver = true;
        happen(world);
      }
      return written;
    };
    return undefined;
  };
}

export function isLedger(target: Target, phase: LedgerPhase): IsIt {
  const ledger = `deletions/${formatTarget(target)}.json`;
  return (name, content) => name === ledger && (content as { phase: string }).phase === phase;
}

export function isTombstone(target: Target): IsIt {
  return (name) => name === `tombstones/${formatTarget(target)}`;
}

export function arriving(uids: InstanceUids): (world: DeletionWorld) => void {
  return ({ archive }) => archive.put(uids);
}

/** How the store takes the first request to delete. */
export function reacting(reaction: 'lost' | 'unavailable'): Arrange {
  return ({ archive }) => {
    archive.reactions.push(reaction);
    return undefined;
  };
}

/** Lets every search take its time. */
export function slowDown({ archive, clock }: DeletionWorld, milliseconds: number): void {
  const search = archive.search.bind(archive);
  archive.search = (...args) => {
    clock.advance(milliseconds);
    return search(...args);
  };
}

/** Takes away the right to a call. @returns what gives it back. */
export function forbid<K extends string>(port: Record<K, unknown>, method: K): Mend {
  const allowed = port[method];
  port[method] = () => Promise.reject(new PermissionDeniedError('It is not allowed.'));
  return () => {
    port[method] = allowed;
  };
}
