/** What it took before a failure was given up. */
export interface AttemptRecord {
  /** Attempts in all, the last one included. */
  readonly attempts: number;
  /** From the beginning of the first attempt to the end of the last. */
  readonly elapsedMs: number;
}

const records = new WeakMap<object, AttemptRecord>();

/** Notes it beside the error, which stays what it is. */
export function noteAttempts(error: unknown, record: AttemptRecord): void {
  if (typeof error === 'object' && error !== null) records.set(error, record);
}

/** What was noted of an error, if it went through a retry. */
export function attemptsOf(error: unknown): AttemptRecord | undefined {
  return typeof error === 'object' && error !== null ? records.get(error) : undefined;
}
