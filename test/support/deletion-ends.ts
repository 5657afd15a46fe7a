import type { ArchiveSettings, DeletionReaction } from './archive/settings.ts';

/** What may fail on the way. */
export type PlaceName =
  'DELETE' | 'poll' | 'list of operations' | 'search' | 'ledger write' | 'lease write' | 'publishing';

/** One way in which the deletion of a series of three instances may go, and what has to be reported of it. */
export interface End {
  readonly name: string;
  readonly archive?: Partial<ArchiveSettings>;
  readonly reactions?: readonly DeletionReaction[];
  /** How the archive behaves once the first operation has begun. */
  readonly afterwards?: Partial<ArchiveSettings>;
  readonly isAbsent?: boolean;
  /** It runs past its time, until its record is lost. */
  readonly isStuck?: boolean;
  readonly target: { readonly outcome: string; readonly reason: string | null };
  readonly counts: { readonly deleted?: number; readonly failed?: number; readonly absent?: number };
  readonly status: 'complete' | 'partial' | 'failed';
  /** The most operations that may be begun for it. */
  readonly operations: number;
  /** What the report says of operations, where that is more than have begun: those that may have. */
  readonly reported?: number;
  readonly reaches: readonly PlaceName[];
  /** Too like another to go through all faults again. */
  readonly isVariant?: boolean;
}

const ALWAYS: readonly PlaceName[] = ['search', 'lease write', 'publishing'];
const FOLLOWED: readonly PlaceName[] = [...ALWAYS, 'ledger write', 'DELETE', 'poll'];
const RECOVERED: readonly PlaceName[] = [...FOLLOWED, 'list of operations'];

const DELETED = {
  target: { outcome: 'deleted', reason: null },
  counts: { deleted: 3 },
  status: 'complete',
  operations: 1,
  reaches: FOLLOWED,
} as const;

const LEFT = { counts: { deleted: 2, failed: 1 }, status: 'partial', reaches: FOLLOWED } as const;
const failed = (reason: string) => ({ ...LEFT, target: { outcome: 'failed', reason } }) as const;

const error = (errorCode: number) => ({ outcome: 'error', errorCode, instancesLeft: 1 }) as const;

export const ENDS: readonly End[] = [
  { ...DELETED, name: 'clean' },
  { ...DELETED, name: 'clean, without a counter', archive: { operationCounter: 'absent' } },
  { ...DELETED, name: 'in part', archive: { outcome: 'partial' } },
  {
    ...DELETED,
    name: 'in part, without a counter',
    archive: { outcome: 'partial', operationCounter: 'absent' },
  },
  ...[8, 10, 13, 14].map((code): End => ({
    ...DELETED,
    name: `with error ${code}, and then clean`,
    archive: error(code),
    afterwards: { outcome: 'success' },
    operations: 2,
    isVariant: code !== 14,
  })),
  ...[8, 10, 13, 14].map((code): End => ({
    ...failed('operation-failed'),
    name: `with error ${code}, whenever it is begun`,
    archive: error(code),
    operations: 3,
    isVariant: code !== 14,
  })),
  ...[2, 3, 4, 5, 7, 9, 16].map((code): End => ({
    ...failed('operation-failed'),
    name: `with error ${code}, which no other operation would mend`,
    archive: error(code),
    operations: 1,
    isVariant: code !== 7,
  })),
  {
    ...DELETED,
    name: 'with an error although nothing is left',
    archive: { outcome: 'error', errorCode: 5, instancesLeft: 0 },
    isVariant: true,
  },
  {
    ...failed('operation-cancelled'),
    name: 'cancelled',
    archive: { outcome: 'cancelled' },
    operations: 1,
  },
  { ...DELETED, name: 'without a record of it', archive: { operationRecords: 'lost' } },
  {
    ...DELETED,
    name: 'after an answer that was lost',
    reactions: ['lost'],
    reaches: RECOVERED.filter((place) => place !== 'poll'),
  },
  {
    ...DELETED,
    name: 'after a request that was answered 503',
    reactions: ['unavailable'],
    reported: 2,
    reaches: RECOVERED,
  },
  {
    ...DELETED,
    name: 'unanswered three times, and then instance by instance',
    reactions: ['unavailable', 'unavailable', 'unavailable'],
    operations: 0,
    reported: 3,
    reaches: RECOVERED.filter((place) => place !== 'poll'),
    isVariant: true,
  },
  {
    ...DELETED,
    name: 'at once and without an operation',
    archive: { reaction: 'empty' },
    operations: 0,
    reported: 1,
    reaches: FOLLOWED.filter((place) => place !== 'poll'),
  },
  { ...DELETED, name: 'never', archive: { operationLengthMs: Infinity }, isStuck: true },
  {
    name: 'before it begins, because nothing is there',
    isAbsent: true,
    target: { outcome: 'absent', reason: null },
    counts: { absent: 1 },
    status: 'complete',
    operations: 0,
    reaches: ALWAYS,
  },
];

export function endNamed(name: string): End {
  const end = ENDS.find((one) => one.name === name);
  if (end === undefined) throw new Error(`There is no end "${name}".`);
  return end;
}
