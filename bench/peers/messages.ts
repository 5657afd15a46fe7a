import type { Counts } from './counts.ts';
import type { QuotaPlan, QuotaUse } from './store-quota.ts';

/** Where the peers listen, in the forms in which Google's environment variables want it. */
export interface PeersReady {
  readonly storageUrl: string;
  /** The root under which `/v1/projects/…/dicomWeb` is. */
  readonly storeUrl: string;
  readonly pubsubHost: string;
  readonly metadataHost: string;
}

/** Asks for the counts; with a latency or a quota, sets it first. */
export interface PeersQuestion {
  readonly latencyMs?: number;
  /** Begins now. Null lifts the one before. */
  readonly quota?: QuotaPlan | null;
}

/** Both since the peers were started. */
export interface PeersAnswer {
  readonly counts: Counts;
  readonly cpuMs: number;
  /** Of the quota in force. */
  readonly quotaUse?: QuotaUse;
}
