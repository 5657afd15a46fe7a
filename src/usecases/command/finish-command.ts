import type { CommandName, CommandReport } from '../../domain/command/command-report.ts';
import { finalReportName } from '../../domain/state-names.ts';
import type { DocumentStorage } from '../../ports/document-storage.ts';
import type { LogFields } from '../../ports/logger.ts';
import type { ReportPublisher } from '../../ports/report-publisher.ts';
import type { Attempts } from '../attempts.ts';
import type { Invocation } from '../invocation.ts';

export interface FinishDependencies {
  readonly state: DocumentStorage;
  readonly records: DocumentStorage;
  readonly publisher: ReportPublisher;
  readonly attempts: Attempts;
}

/**
 * Makes a final report known: in state, where it is made once; in records, for auditors; and on the results topic.
 *
 * Of several that are made for one command only the first counts, and that one is returned and published again.
 *
 * @param recordName where in records, e.g. `audit/deletions/2026-11-27/erase-7.json`; the same at every call.
 */
export async function finishCommand(
  name: CommandName,
  report: CommandReport,
  recordName: string,
  deps: FinishDependencies,
  invocation: Invocation,
): Promise<CommandReport> {
  const { state, records, publisher, attempts } = deps;
  const { signal } = invocation;
  const created = await attempts(invocation, () => state.create(finalReportName(name), report, signal));
  const final = created === 'created' ? report : await readFinalReport(name, deps, invocation);
  if (final === undefined) throw new Error('A final report is there, and is not.');
  await attempts(invocation, () => records.create(recordName, final, signal));
  await attempts(invocation, () => publisher.publish(final, signal));
  return final;
}

/**
 * Leaves the line that says that a command has ended. Metrics are made of it (terraform/modules/monitoring/metrics.tf), and
 * count each line that names a report: so it is written once everything is done, and not for a report that is told again.
 */
export function logFinished(report: CommandReport, { logger }: Invocation, more: LogFields = {}): void {
  const { reportId, kind, status, counts, attempts, durationMs } = report;
  logger.info('command finished', { reportId, kind, status, counts, ...more, attempts, durationMs });
}

/** The final report of a command that is finished, or undefined. */
export async function readFinalReport(
  name: CommandName,
  { state, attempts }: Pick<FinishDependencies, 'state' | 'attempts'>,
  invocation: Invocation,
): Promise<CommandReport | undefined> {
  const document = await attempts(invocation, () => state.read(finalReportName(name), invocation.signal));
  // The worker's own document, written whole or not at all.
  return document as CommandReport | undefined;
}
