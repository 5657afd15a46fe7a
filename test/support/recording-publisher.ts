import type { Report } from '../../src/domain/report.ts';
import type { ReportPublisher } from '../../src/ports/report-publisher.ts';
import { Faults, type FaultScript } from './fault-script.ts';

/** Keeps what is published. */
export class RecordingPublisher implements ReportPublisher {
  readonly reports: Report[] = [];
  readonly faults: Faults;

  constructor(faults: FaultScript = []) {
    this.faults = new Faults(faults);
  }

  async publish(report: Report, signal: AbortSignal): Promise<void> {
    await Promise.resolve();
    signal.throwIfAborted();
    this.faults.next();
    this.reports.push(report);
  }
}
