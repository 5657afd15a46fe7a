import type { Logger } from '../ports/logger.ts';

/** One delivery of one message, as far as the work needs to know it. */
export interface Invocation {
  readonly startedAtMs: number;
  /** When the platform stops waiting, less a margin. Milliseconds since the epoch. */
  readonly deadlineAt: number;
  /** Aborted at the deadline. */
  readonly signal: AbortSignal;
  /** Which delivery this is, as far as the platform tells; at least 1. */
  readonly attempts: number;
  readonly logger: Logger;
}
