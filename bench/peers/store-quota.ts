import type { Phase } from '../quota/phase.ts';
import { QuotaGate } from '../quota/quota-gate.ts';
import type { Timeline } from '../quota/timeline.ts';

/** What a store allows, from the moment on at which it is told. */
export interface QuotaPlan {
  readonly phases: readonly Phase[];
  /** Sent as `Retry-After` with every refusal; null sends none. */
  readonly retryAfterSeconds: number | null;
}

/** What became of the store requests under a quota. */
export interface QuotaUse {
  readonly timeline: Timeline;
  /** Instances that are in the store, each counted once. */
  readonly distinct: number;
}

/** The quota of a store while it is in force. */
export class StoreQuota {
  readonly retryAfterSeconds: number | null;
  readonly #gate: QuotaGate;
  readonly #instances = new Set<string>();

  constructor({ phases, retryAfterSeconds }: QuotaPlan) {
    this.retryAfterSeconds = retryAfterSeconds;
    this.#gate = new QuotaGate(phases, performance.now());
  }

  /** Whether a store request that arrives now is within the quota. */
  take(): boolean {
    return this.#gate.take(performance.now());
  }

  noteStored(instance: string): void {
    this.#instances.add(instance);
  }

  read(): QuotaUse {
    return { timeline: this.#gate.read(), distinct: this.#instances.size };
  }
}
