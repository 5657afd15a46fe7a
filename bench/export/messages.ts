import type { PeersReady } from '../peers/messages.ts';
import type { RequestCounts } from './request-counts.ts';

export type ExportPeersReady = PeersReady;

/** What the store has from now on; everything that was kept or counted is forgotten. */
export interface StoreContents {
  readonly instances: number;
  readonly sizeBytes: number;
  readonly latencyMs: number;
}

/** The same of a store and of ingest's markers, for a cleanup. */
export interface MarkedContents {
  readonly markedSeries: number;
  /** One of so many studies is past any retention, the others are of today. */
  readonly dueEvery: number;
}

export type ExportPeersQuestion = Partial<StoreContents & MarkedContents>;

export interface ExportPeersAnswer {
  /** The targets that name all there is in the store. */
  readonly targets: readonly { readonly study: string }[];
  /** Slices that were published and not asked for before, as JSON. */
  readonly slices: readonly unknown[];
  /** The last report that was published, as JSON. */
  readonly report: unknown;
  /** Objects that were written whole. */
  readonly objects: number;
  /** Since the contents were last set. */
  readonly counts: RequestCounts;
  /** Requests that no peer knows an answer to. */
  readonly unknown: number;
  /** User and system time since the start. */
  readonly cpuMs: number;
}

/** What the bare loop is to do. */
export interface LoopPlan {
  readonly storeUrl: string;
  readonly storageUrl: string;
  readonly targets: readonly { readonly study: string }[];
  readonly concurrency: number;
}

export interface LoopAnswer {
  readonly elapsedMs: number;
  readonly peakMemoryBytes: number;
}
