import * as v from 'valibot';

/** How often and how patiently something is tried again. Plain data, so that it can be configured, logged and compared. */
export interface RetryPolicy {
  /** Attempts in all, the first one included. @default 8 */
  readonly maxAttempts: number;
  /** The upper bound of the first delay; it doubles with every further one. @default 250 */
  readonly baseDelayMs: number;
  /** The upper bound of every delay, applied before the jitter. @default 8000 */
  readonly maxDelayMs: number;
  /** From the first attempt to the beginning of the last. @default 30000 */
  readonly budgetMs: number;
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maxAttempts: 8,
  baseDelayMs: 250,
  maxDelayMs: 8000,
  budgetMs: 30_000,
};

const positive = v.pipe(v.number(), v.finite(), v.minValue(0));
const schema = v.strictObject({
  maxAttempts: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)),
  baseDelayMs: positive,
  maxDelayMs: positive,
  budgetMs: positive,
});

/** @throws v.ValiError naming every field that is wrong. */
export function parseRetryPolicy(input: unknown): RetryPolicy {
  return v.parse(schema, { ...DEFAULT_RETRY_POLICY, ...(input as object) });
}
