/**
 * What Google does is documented only in part. Most switches are one behaviour on which no proof was found, so that
 * a worker can be tried against every answer it may get; the others say what becomes of the operations that start now.
 * docs/healthcare.md lists the reasons.
 */
export interface HealthcareSwitches {
  /**
   * The status on DICOMweb paths of a store that does not exist. The administrative methods answer 404; the
   * conformance statement says of DICOMweb that 403 also stands for a resource that does not exist.
   *
   * @default 404
   */
  readonly missingStoreStatus: 403 | 404;
  /**
   * The status of retrieving a study, series or instance that is not in the store: 404 is not in the statement's
   * table of statuses, yet Google's own mock answers it.
   *
   * @default 404
   */
  readonly missingResourceStatus: 403 | 404;
  /**
   * What becomes of an instance whose bytes the store already holds. Google's adapter and engineers say that it is
   * answered as stored; the conformance statement says that every duplicate fails.
   *
   * @default 'stored'
   */
  readonly identicalDuplicate: 'stored' | 'conflict';
  /**
   * The words of FailureDetail for a duplicate: the two words of a published answer, or the sentence that was
   * reported from imports.
   *
   * @default 'already-exists'
   */
  readonly duplicateDetail: 'already-exists' | 'checksum-mismatch';
  /**
   * The status when a data set belongs to another study than the path. PS3.18 fails the instance (409); Google's
   * mock answers 400 to the request and still stores the others.
   *
   * @default 409
   */
  readonly otherStudyStatus: 400 | 409;
  /**
   * What happens to `limit` and `offset` above their maxima: silently lowered, or refused with 400.
   *
   * @default 'clamp', because it is the one that loses results when nobody looks
   */
  readonly aboveMaximum: 'clamp' | 'reject';
  /**
   * A search without a match: 204 without a body, which five of Google's clients expect, or 200 with `[]`.
   *
   * @default 'no-content'
   */
  readonly emptySearch: 'no-content' | 'empty-list';
  /**
   * Whether an instance is refused whose UIDs have other characters than digits and periods, as the documentation
   * demands. A published answer of a real store echoes such a UID.
   *
   * @default 'loose'
   */
  readonly uidGrammar: 'loose' | 'strict';
  /**
   * Whether an instance without SOP Class UID is refused. The elements that a Part 10 file must have are listed
   * nowhere.
   *
   * @default 'required'
   */
  readonly sopClassUid: 'required' | 'optional';
  /**
   * The form of JSON errors on DICOMweb paths: one object, or an array with one object as on Google's streaming
   * methods.
   *
   * @default 'object'
   */
  readonly jsonErrors: 'object' | 'array';
  /**
   * The status of deleting what is not there: 404 as by Google's mock, 403 by the statement, which also has it for
   * what does not exist, or 200 with an operation that finds nothing to do (for an instance, with `{}`).
   *
   * @default 404
   */
  readonly missingTargetStatus: 200 | 403 | 404;
  /**
   * What a DELETE gets whose target is being deleted, in part or as a whole, by an operation that still runs: an
   * operation of its own, or a refusal with this status.
   *
   * @default 'operation', because it is the one after which two operations are open for one target
   */
  readonly secondDeletion: 'operation' | 400 | 409;
  /**
   * What an instance gets that is sent into a study or series while it is being deleted. Documented is only that it
   * cannot be inserted. 409 fails the instance with a detail of its own, 400 and 503 refuse the whole request,
   * though other instances of it may have been stored.
   *
   * @default 409
   */
  readonly storeDuringDeletion: 400 | 409 | 503;
  /**
   * How a DELETE that succeeds is answered: with an operation (an instance: `{}`); with `{}` or 204 and no operation,
   * as by earlier versions of the API and other servers, when the deletion is complete; or not at all, when the
   * deletion has begun and the connection is reset.
   *
   * @default 'operation'
   */
  readonly deletionAnswer: 'operation' | 'empty' | 'no-content' | 'lost';
  /**
   * How long an operation takes that starts now, in milliseconds. What it deletes goes little by little. At 0 it is over
   * before the DELETE is answered. `held` ones delete the first half of the instances (rounded down) and then wait to
   * be released.
   *
   * @default 2000
   */
  readonly operationLengthMs: number | 'held';
  /**
   * How an operation ends that starts now: well; well, but for instances that it could not delete; with an error; or as
   * though somebody had cancelled it. All but the first leave {@link instancesLeft}.
   *
   * @default 'success'
   */
  readonly operationOutcome: 'success' | 'partial' | 'error' | 'cancelled';
  /**
   * The gRPC code of the outcome `error`, e.g. 14 for UNAVAILABLE.
   *
   * @default 13, INTERNAL
   */
  readonly operationErrorCode: number;
  /**
   * How many instances are left by an operation that does not end well, or all if there are fewer. A `partial` one leaves
   * at least one; the others may have deleted everything before they failed.
   *
   * @default 1
   */
  readonly instancesLeft: number;
  /**
   * Whether metadata of deletions has a counter. It is a documented field, and missing from the documented example.
   *
   * @default 'shown'
   */
  readonly operationCounter: 'shown' | 'absent';
  /**
   * What cancelling does. Documented is a best effort, without a promise: it ends the operation, or it is noted in
   * the metadata and nothing else happens.
   *
   * @default 'ends'
   */
  readonly cancellation: 'ends' | 'ignored';
  /**
   * Whether operations can still be asked for: `lost` ones are neither found nor listed, though they go on.
   *
   * @default 'kept'
   */
  readonly operationRecords: 'kept' | 'lost';
  /**
   * How long the record of an operation is kept after its end, in milliseconds.
   *
   * @default 30 days, as documented
   */
  readonly operationRecordsMs: number;
  /**
   * The status of an operation that is not there.
   *
   * @default 404
   */
  readonly unknownOperationStatus: 403 | 404;
  /**
   * How long searches go on listing an instance that was deleted, in milliseconds. Documented are a few seconds, for
   * studies and series after the deletion of an instance; here it is all levels and all deletions.
   *
   * @default 0
   */
  readonly searchLagMs: number;
}

export const DEFAULT_SWITCHES: HealthcareSwitches = {
  missingStoreStatus: 404,
  missingResourceStatus: 404,
  identicalDuplicate: 'stored',
  duplicateDetail: 'already-exists',
  otherStudyStatus: 409,
  aboveMaximum: 'clamp',
  emptySearch: 'no-content',
  uidGrammar: 'loose',
  sopClassUid: 'required',
  jsonErrors: 'object',
  missingTargetStatus: 404,
  secondDeletion: 'operation',
  storeDuringDeletion: 409,
  deletionAnswer: 'operation',
  operationLengthMs: 2000,
  operationOutcome: 'success',
  operationErrorCode: 13,
  instancesLeft: 1,
  operationCounter: 'shown',
  cancellation: 'ends',
  operationRecords: 'kept',
  operationRecordsMs: 30 * 24 * 60 * 60 * 1000,
  unknownOperationStatus: 404,
  searchLagMs: 0,
};
