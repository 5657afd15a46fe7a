import {
  ConnectionLostError,
  MalformedAnswerError,
  PermissionDeniedError,
  ThrottledError,
  UnauthenticatedError,
  UnavailableError,
} from '../../src/domain/errors.ts';
import { DEFAULT_RETRY_POLICY } from '../../src/retry/policy.ts';
import { LEASE_NAME } from '../../src/domain/deletion/deletion-names.ts';
import { countCalls } from './deletion-case.ts';
import type { End, PlaceName } from './deletion-ends.ts';
import type { DeletionWorld } from './deletion-world.ts';

/** A kind of failure of one call. */
export interface FaultKind {
  readonly name: string;
  /** Instead of the call, or around it. */
  readonly happen: (call: () => Promise<unknown>, name: unknown, world: DeletionWorld) => Promise<unknown>;
  /** Of a DELETE: nobody knows whether it has begun. */
  readonly isUnanswered: boolean;
  /** Somebody has to mend it. */
  readonly isConfiguration: boolean;
}

const fails = (
  name: string,
  Failure: new (message: string) => Error,
  { isUnanswered = false, isConfiguration = false } = {},
): FaultKind => ({
  name,
  isUnanswered,
  isConfiguration,
  happen: () => Promise.reject(new Failure(name)),
});

export const FAULTS: readonly FaultKind[] = [
  fails('throttled', ThrottledError),
  fails('unavailable', UnavailableError, { isUnanswered: true }),
  fails('connection lost', ConnectionLostError, { isUnanswered: true }),
  fails('malformed answer', MalformedAnswerError, { isUnanswered: true }),
  fails('401', UnauthenticatedError, { isConfiguration: true }),
  fails('403', PermissionDeniedError, { isConfiguration: true }),
];

const LOST_ANSWER: FaultKind = {
  name: 'answer lost',
  isUnanswered: false,
  isConfiguration: false,
  async happen(call) {
    await call();
    throw new ConnectionLostError('The answer was lost.');
  },
};

/** Somebody else writes the document just before, and has its lease for two minutes. */
export const OTHER_WRITER: FaultKind = {
  name: 'another writer',
  isUnanswered: false,
  isConfiguration: false,
  async happen(call, name, { state, clock }) {
    const known = state.documents.get(String(name)) as object | undefined;
    const until = clock.now() + 120_000;
    const isLease = name === LEASE_NAME;
    const lease = { holder: 'other', until, revision: 1_000_000, active: [], ...(isLease ? known : {}) };
    if (isLease) state.documents.set(LEASE_NAME, { ...lease, holder: 'other', until });
    else if (known !== undefined) state.documents.set(String(name), { ...known, notBefore: 1 });
    return call();
  },
};

/** Where things fail. */
export interface Place {
  readonly name: PlaceName;
  readonly port: 'archive' | 'state' | 'publisher';
  readonly method: string;
  /** Of a document: only where its name begins so. */
  readonly prefix?: string;
  readonly kinds: readonly FaultKind[];
  /** Not repeated within the call, and so a fault of configuration is seen the first time. */
  readonly isTriedOnce: boolean;
  /** At which calls of a run without faults they happen. */
  readonly offsets: (calls: number) => readonly number[];
}

const FIRST = (): readonly number[] => [0];
const FIRST_AND_MIDDLE = (calls: number): readonly number[] => [...new Set([0, Math.floor(calls / 2)])];
const EACH = (calls: number): readonly number[] => Array.from({ length: calls }, (_, index) => index);

const WRITE = [...FAULTS, LOST_ANSWER, OTHER_WRITER];

export const PLACES: readonly Place[] = [
  {
    name: 'DELETE',
    port: 'archive',
    method: 'delete',
    kinds: FAULTS,
    isTriedOnce: true,
    offsets: FIRST,
  },
  { name: 'poll', port: 'archive', method: 'getOperation', kinds: FAULTS, isTriedOnce: true, offsets: FIRST },
  {
    name: 'list of operations',
    port: 'archive',
    method: 'listOperations',
    kinds: FAULTS,
    isTriedOnce: false,
    offsets: FIRST,
  },
  {
    name: 'search',
    port: 'archive',
    method: 'search',
    kinds: FAULTS,
    isTriedOnce: false,
    offsets: FIRST_AND_MIDDLE,
  },
  {
    name: 'ledger write',
    port: 'state',
    method: 'replace',
    prefix: 'deletions/',
    kinds: WRITE,
    isTriedOnce: false,
    offsets: EACH,
  },
  {
    name: 'lease write',
    port: 'state',
    method: 'replace',
    prefix: LEASE_NAME,
    kinds: WRITE,
    isTriedOnce: false,
    // When it is taken, and when the target is listed in it; not when it is given back, which nobody waits for.
    offsets: (calls) => (calls > 2 ? [0, 1] : [0]),
  },
  {
    name: 'publishing',
    port: 'publisher',
    method: 'publish',
    kinds: [...FAULTS, LOST_ANSWER],
    isTriedOnce: false,
    offsets: FIRST,
  },
];

/** A fault that happens so often in a row. */
export interface FaultCase {
  readonly title: string;
  readonly place: Place;
  readonly kind: FaultKind;
  readonly times: number;
  /** Calls of the place that go well before it. */
  readonly after: number;
}

/** Once; three times; and, where that is something else, as often as a call is tried. */
function timesOf(place: Place, kind: FaultKind): readonly number[] {
  return place.isTriedOnce || kind.isConfiguration || kind === OTHER_WRITER ? [1, 3] : [1, 3, TRIES];
}

export const TRIES = DEFAULT_RETRY_POLICY.maxAttempts;

/** All the faults of a place. */
export async function planCases(end: End, place: Place): Promise<FaultCase[]> {
  const calls = await countCalls(end, place);
  return place.kinds.flatMap((kind) =>
    timesOf(place, kind).flatMap((times) =>
      place.offsets(calls).map((after) => {
        const title = `${place.name} ${after + 1} of ${calls}: ${kind.name}, ${times} times`;
        return { title, place, kind, times, after };
      }),
    ),
  );
}
