import type { OperationEnd } from '../domain/deletion/operation-end.ts';
import type { Target } from '../domain/dicom/target.ts';

/** How a store took a request to delete. */
export type DeletionAnswer =
  /** It goes on in an operation. `name` is `projects/…/operations/…`. */
  | { readonly kind: 'operation'; readonly name: string }
  /** It says that it is done: an instance, or a server without operations. */
  | { readonly kind: 'done' }
  /** There was nothing under that name (404). */
  | { readonly kind: 'absent' };

/** A long-running operation, as it is now. */
export interface Operation {
  readonly name: string;
  /** The last part of the method that began it, e.g. `DeleteSeries`; undefined where the metadata does not say. */
  readonly method: string | undefined;
  /** Milliseconds since the epoch; undefined where the metadata does not say. */
  readonly createdAtMs: number | undefined;
  /** Undefined while it runs: `done` is absent until the end. */
  readonly end: OperationEnd | undefined;
}

export interface OperationPage {
  readonly operations: readonly Operation[];
  /** Undefined on the last page. */
  readonly nextPageToken: string | undefined;
}

/** Deleting from a DICOM store, and the operations that carry it out. Every call is tried once; failures are domain errors. */
export interface DicomDeletion {
  /**
   * Deletes a study, a series or an instance.
   *
   * Of a study or series never to be repeated without looking first: the request begins an operation, and its answer may be
   * lost although it has begun.
   *
   * @throws MalformedAnswerError when the answer is none of these: then nobody knows.
   */
  delete(target: Target, signal: AbortSignal): Promise<DeletionAnswer>;

  /**
   * Looks at an operation.
   *
   * @throws NotFoundError when there is no record of it: they are kept for some thirty days after the end.
   */
  getOperation(name: string, signal: AbortSignal): Promise<Operation>;

  /** The operations of the store's dataset, of every kind and in no order. A server without operations has none. */
  listOperations(pageToken: string | undefined, signal: AbortSignal): Promise<OperationPage>;
}
