/**
 * What Google does is documented only in part. Each switch is one behaviour on which no proof was found, so that
 * a worker can be tried against every answer it may get. docs/healthcare.md lists the reasons.
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
};
