import type { Invocation } from '../invocation.ts';
import type { DeletionDependencies } from './deletion-dependencies.ts';
import type { Lease } from './lease.ts';

/** The work of one call, while it has the lease. */
export interface AdvanceContext {
  readonly deps: DeletionDependencies;
  readonly lease: Lease;
  readonly invocation: Invocation;
  /** When this call stops beginning anything. Milliseconds since the epoch. */
  readonly workUntil: number;
  /** Failures that did not keep the rest from going on; the first is thrown at the end. */
  readonly failures: unknown[];
}
