import { formatRefusedCommandReport, type CommandKind } from '../../domain/command/command-report.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ReportPublisher } from '../../ports/report-publisher.ts';
import type { Attempts } from '../attempts.ts';
import type { Invocation } from '../invocation.ts';

interface RefuseDependencies {
  readonly publisher: ReportPublisher;
  readonly attempts: Attempts;
  readonly clock: Clock;
}

/** A message that is refused, as far as it could be read. */
export interface RefusedMessage {
  readonly kind: CommandKind;
  /** Null where it could not be read. */
  readonly id: string | null;
  readonly messageId: string;
}

/** Says of a message what is wrong with it, and is done with it. */
export async function refuseCommand(
  { kind, id, messageId }: RefusedMessage,
  problems: readonly string[],
  { publisher, attempts, clock }: RefuseDependencies,
  invocation: Invocation,
): Promise<void> {
  const { startedAtMs, attempts: deliveries, signal } = invocation;
  const delivery = { startedAtMs, endedAtMs: clock.now(), attempts: deliveries };
  const report = formatRefusedCommandReport({ kind, id, reportSuffix: messageId }, problems, delivery);
  const { reportId, status } = report;
  invocation.logger.warning('command refused', { reportId, kind, status, problems: problems.length });
  await attempts(invocation, () => publisher.publish(report, signal));
}
