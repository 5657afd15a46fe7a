import type { PeersReady } from '../peers/messages.ts';

export type ExportPeersReady = PeersReady;

/** What the store has from now on; everything that was kept is forgotten. */
export interface StoreContents {
  readonly instances: number;
  readonly sizeBytes: number;
  readonly latencyMs: number;
}

export interface ExportPeersAnswer {
  /** The targets that name all there is in the store. */
  readonly targets: readonly { readonly study: string }[];
  /** Slices that were published and not asked for before, as JSON. */
  readonly slices: readonly unknown[];
  /** Objects that were written whole. */
  readonly objects: number;
  /** Requests that no peer knows an answer to. */
  readonly unknown: number;
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
