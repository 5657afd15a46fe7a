import type { Report } from '../domain/report.ts';

/** Where outcomes are made known. */
export interface ReportPublisher {
  /** Returns once the report has been accepted. Tried once; failures are domain errors. */
  publish(report: Report, signal: AbortSignal): Promise<void>;
}
