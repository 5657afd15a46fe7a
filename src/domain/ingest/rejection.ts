/** Why an object can never become an instance in the store. These words are published and never change. */
export type RejectionReason =
  | 'empty-object'
  | 'not-dicom'
  | 'archive'
  | 'no-preamble'
  | 'dicomdir'
  | 'non-patient-object'
  | 'damaged'
  | 'header-too-large'
  | 'too-large'
  | 'missing-study-uid'
  | 'missing-series-uid'
  | 'missing-instance-uid'
  | 'missing-sop-class-uid'
  | 'invalid-study-uid'
  | 'invalid-series-uid'
  | 'invalid-instance-uid'
  | 'invalid-sop-class-uid'
  | 'store-refused'
  | 'deleted-before';

/** Why an event needs nothing done. */
export type IgnoreReason =
  | 'event-type'
  | 'other-bucket'
  | 'folder-marker'
  | 'composite-part'
  | 'outside-prefix'
  | 'ignored-by-pattern'
  | 'own-output'
  | 'generation-gone';

export interface Rejection {
  readonly reason: RejectionReason;
  /** A sentence for the person who looks into the quarantine; carries no value from the data set. */
  readonly detail: string;
}
