import type { InstanceUids } from '../domain/dicom/instance-uids.ts';
import type { Rendition } from '../domain/export/rendition.ts';

export interface RetrieveRequest {
  readonly uids: InstanceUids;
  readonly rendition: Rendition;
  /** From 1; undefined for the whole instance. Of rendered ones only. */
  readonly frame: number | undefined;
}

export type RetrieveAnswer =
  | {
      readonly kind: 'found';
      /** Undefined when it is known only at the end of the body. */
      readonly sizeBytes: number | undefined;
      /**
       * Iterated once; returning early closes the connection. Its end is the end of the instance: what is merely cut off throws.
       */
      readonly body: AsyncIterable<Buffer>;
    }
  /** The store cannot give the instance in that form. */
  | { readonly kind: 'refused'; readonly status: number; readonly detail: string };

/** A series, as one stream of its instances. */
export interface SeriesUids {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
}

/** Getting instances out of a DICOM store. Every call is tried once; failures are domain errors. */
export interface DicomRetrieval {
  /** @throws NotFoundError when the store has no such instance. */
  retrieve(request: RetrieveRequest, signal: AbortSignal): Promise<RetrieveAnswer>;

  /**
   * The stored bytes of all instances of a series, one after the other, in no order that means anything.
   *
   * Each has to be read, or left, before the next is asked for. The iteration throws when the answer ends before it says
   * that it does; what was read to its end before then is whole.
   *
   * @throws NotFoundError when the store has no such series.
   */
  retrieveSeries(series: SeriesUids, signal: AbortSignal): Promise<AsyncIterable<AsyncIterable<Buffer>>>;
}
