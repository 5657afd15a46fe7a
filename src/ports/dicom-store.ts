import type { InstanceUids } from '../domain/dicom/instance-uids.ts';

/** A Part 10 file on its way into the store. */
export interface InstanceUpload {
  readonly uids: InstanceUids;
  /** Of the body; undefined when it is known only at its end. */
  readonly sizeBytes: number | undefined;
  /** Iterated once. If it throws, the request is cut off, so that nothing can be stored. */
  readonly body: AsyncIterable<Buffer>;
}

/** What the store made of an instance. */
export type StoreAnswer =
  /** The store lists this very instance as stored. */
  | { readonly kind: 'stored' }
  /** An instance of these UIDs was there before; nothing is known of its bytes. */
  | { readonly kind: 'exists'; readonly detail: string }
  /** The store will not take this instance. */
  | { readonly kind: 'refused'; readonly failureReason: number | null; readonly detail: string };

/** A DICOM store, reached over DICOMweb. Every call is tried once; failures are domain errors. */
export interface DicomStore {
  /**
   * Stores one instance (STOW-RS).
   *
   * @throws MalformedAnswerError when the store says success without listing the instance.
   */
  store(upload: InstanceUpload, signal: AbortSignal): Promise<StoreAnswer>;

  /**
   * The stored bytes of an instance (WADO-RS with `transfer-syntax=*`).
   *
   * @throws NotFoundError when the store has no such instance.
   */
  retrieve(uids: InstanceUids, signal: AbortSignal): Promise<AsyncIterable<Buffer>>;
}
