import { setTimeout as sleep } from 'node:timers/promises';
import { GoogleError } from '../../emulator/src/http/google-error.ts';
import type { Counters } from './counts.ts';
import type { StoreQuota } from './store-quota.ts';

/** What the peers of a benchmark have in common. */
export interface PeerContext {
  readonly counters: Counters;
  /** How long every answer is held back. */
  latencyMs: number;
  /** Bounds the store requests, where one is set. */
  quota?: StoreQuota;
}

/** Waits as long as the network would take. */
export async function delayAnswer({ latencyMs }: PeerContext): Promise<void> {
  // Even a timer of no length would cost a turn of the event loop.
  if (latencyMs > 0) await sleep(latencyMs);
}

/** Notes a request that the function under test should not have made, and refuses it. */
export function refuseUnknown({ counters }: PeerContext, call: string): GoogleError {
  counters.count('unknown');
  return new GoogleError(501, `The peers of the benchmark do not know ${call}.`);
}
