import * as v from 'valibot';
import { parseTarget, type Target } from '../dicom/target.ts';
import { tombstoneSchema, type Tombstone } from '../tombstone.ts';
import { instanceSetSchema, type InstanceSet } from './instance-set.ts';
import { operationEndSchema, type OperationEnd } from './operation-end.ts';
import { targetResultSchema, type TargetResult } from './target-result.ts';

/**
 * How far a deletion has come. `planned`: nothing has been asked of the store. `requested`: a DELETE has been sent, or is
 * about to be. `running`: the store has taken it, and it is not yet known that all is gone. `ended`: it is known what became of it.
 */
export type LedgerPhase = v.InferOutput<typeof phaseSchema>;

const phaseSchema = v.picklist(['planned', 'requested', 'running', 'ended']);

/**
 * What is known of the deletion of one study, series or instance: one document for each, however many commands ask for it.
 *
 * Times are milliseconds since the epoch.
 */
export interface LedgerEntry {
  /** The target, as `formatTarget` writes it. */
  readonly target: string;
  /** How often this target has been deleted, this time included. */
  readonly round: number;
  readonly phase: LedgerPhase;
  /** What it will remove, and nothing else. */
  readonly instances: InstanceSet;
  /** The ids of the commands that it is done for. */
  readonly commands: readonly string[];
  /** Who wrote this, and until when nobody else may take an unanswered request for lost. */
  readonly lease: { readonly holder: string; readonly until: number };
  /** Not to be looked at before. */
  readonly notBefore: number;
  /** The target is not deleted as a whole, because it holds, or may hold, what was not asked for. */
  readonly byInstance: boolean;
  /** Whether an instance that nobody has planned for calls the deletion off, rather than being left where it is. */
  readonly cancelOnArrival: boolean;
  /** What stood in the place of its tombstone, to be put back if nothing is deleted after all; null for nothing. */
  readonly tombstoneBefore: Tombstone | null;
  /** DELETE requests for the whole target so far. */
  readonly requests: number;
  /** How often in a row the store has answered that it will not begin. */
  readonly refusals: number;
  /** Of the first request; null before it. */
  readonly firstRequestedAt: number | null;
  readonly requestedAt: number | null;
  /** Null where the store deletes without one, and while it is not known. */
  readonly operation: { readonly name: string; readonly startedAt: number } | null;
  /** Null while it runs. `gone`: there is no record of it any more. `done`: there was none. */
  readonly end: OperationEnd | { readonly kind: 'gone' } | { readonly kind: 'done' } | null;
  readonly endedAt: number | null;
  /** How often what was left has been deleted instance by instance. */
  readonly leftoverRounds: number;
  /** It has been said that the operation takes too long. */
  readonly isReportedStuck: boolean;
  /** Null before the end. */
  readonly result: TargetResult | null;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const time = v.nullable(v.number());

const schema = v.object({
  target: v.string(),
  round: count,
  phase: phaseSchema,
  instances: instanceSetSchema,
  commands: v.array(v.string()),
  lease: v.object({ holder: v.string(), until: v.number() }),
  notBefore: v.number(),
  byInstance: v.boolean(),
  cancelOnArrival: v.boolean(),
  tombstoneBefore: v.optional(v.nullable(tombstoneSchema), null),
  requests: count,
  refusals: count,
  firstRequestedAt: time,
  requestedAt: time,
  operation: v.nullable(v.object({ name: v.string(), startedAt: v.number() })),
  end: v.nullable(
    v.variant('kind', [
      operationEndSchema,
      v.object({ kind: v.literal('gone') }),
      v.object({ kind: v.literal('done') }),
    ]),
  ),
  endedAt: time,
  leftoverRounds: count,
  isReportedStuck: v.boolean(),
  result: v.nullable(targetResultSchema),
});

/** @throws v.ValiError when the document is not a ledger entry. */
export function parseLedgerEntry(document: unknown): LedgerEntry {
  return v.parse(schema, document);
}

function ledgerTarget({ target }: LedgerEntry): Target {
  const parsed = parseTarget(target);
  if (parsed === undefined) throw new Error('A ledger entry names no target.');
  return parsed;
}

/** Whether something has been, or may have been, asked of the store, and is not over. */
export function isOpen({ phase }: Pick<LedgerEntry, 'phase'>): boolean {
  return phase === 'requested' || phase === 'running';
}

/** DELETE requests for one target as a whole, each of them unanswered or failed for a passing reason. */
export const MOST_REQUESTS = 3;

/** Operations that were, or may have been, begun for it. An instance is deleted without one. */
export function operationsOf(entry: LedgerEntry): number {
  return ledgerTarget(entry).sopInstanceUid === null ? entry.requests : 0;
}
