import type { Bucket } from '@google-cloud/storage';
import type { HealthcareClient } from '../cloud/healthcare-client.ts';
import type { Endpoints } from '../cloud/read-options.ts';
import type { WatchedDeletion } from './operation.ts';

export interface VerifyOptions {
  readonly project: string;
  /** `projects/…/datasets/…`. */
  readonly dataset: string;
  readonly bucket: string;
  /** How long searches may go on listing what is gone: the function's SEARCH_LAG. */
  readonly searchLagMs: number;
  /** From one look at an operation to the next. */
  readonly pollMs: number;
  /** How long an operation may take. */
  readonly timeoutMs: number;
  readonly endpoints: Endpoints;
}

/** What checks work with: a DICOM store of their own, and a prefix in a bucket. */
export interface VerifyWorld {
  readonly options: VerifyOptions;
  readonly healthcare: HealthcareClient;
  /** `projects/…/dicomStores/…`. */
  readonly dicomStore: string;
  readonly bucket: Bucket;
  /** Ends with a slash. */
  readonly prefix: string;
  /** The deletion of a series from its beginning to its end, which several checks look at. */
  readonly deletion: () => Promise<WatchedDeletion>;
}
