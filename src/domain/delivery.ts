/** The delivery that led to a report. */
export interface Delivery {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly attempts: number;
}
