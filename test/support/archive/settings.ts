/**
 * How a request to delete is taken: by an operation (an instance: at once); at once and without one; by an operation
 * whose name never arrives, because the connection is reset; or with 503, when nothing begins.
 */
export type DeletionReaction = 'operation' | 'empty' | 'lost' | 'unavailable';

/** How the archive behaves from now on; the words are those of the stand-in's switches. */
export interface ArchiveSettings {
  /** How an operation ends that begins now. All but the first leave {@link instancesLeft}. */
  outcome: 'success' | 'partial' | 'error' | 'cancelled';
  /** A gRPC code. */
  errorCode: number;
  /** `partial` leaves at least one. */
  instancesLeft: number;
  /** What it deletes goes little by little. `Infinity` never ends and deletes nothing. */
  operationLengthMs: number;
  /** Without one, nothing tells that a partial operation is partial. */
  operationCounter: 'shown' | 'absent';
  /** `lost` ones are neither found nor listed, though they go on. */
  operationRecords: 'kept' | 'lost';
  /** How many a page has. */
  operationsPerPage: number;
  reaction: DeletionReaction;
  /** What a study or series gets of which there is nothing. */
  missingTarget: 'absent' | 'operation';
  /** What a study or series gets that is being deleted, in part or as a whole. */
  secondDeletion: 'operation' | 'refused';
  /** How long searches go on listing what was deleted. */
  searchLagMs: number;
  /** The most rows of one search, whatever it asks for. */
  maxPage: number;
}

export const DEFAULT_ARCHIVE_SETTINGS: ArchiveSettings = {
  outcome: 'success',
  errorCode: 13,
  instancesLeft: 1,
  operationLengthMs: 2000,
  operationCounter: 'shown',
  operationRecords: 'kept',
  operationsPerPage: 100,
  reaction: 'operation',
  missingTarget: 'absent',
  secondDeletion: 'operation',
  searchLagMs: 0,
  maxPage: 50_000,
};
