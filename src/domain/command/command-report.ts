import type { TargetFields } from '../dicom/target.ts';
import type { Delivery } from '../delivery.ts';

export type CommandKind = 'export' | 'delete' | 'cleanup';

/** How a command ended: everything as wanted; some of it; or nothing was done. */
export type CommandStatus = 'complete' | 'partial' | 'failed';

/** What became of one target of a command. */
export interface TargetReport extends TargetFields {
  readonly outcome: string;
  /** A word for programs, where the outcome needs one; null otherwise. */
  readonly reason: string | null;
  /** How many instances had which outcome. */
  readonly counts: Readonly<Record<string, number>>;
}

/** What became of a command. The field names are part of the interface; each kind of command may add its own. */
export interface CommandReport {
  readonly schema: 'dicom-courier.report.v1';
  /** `{kind}:{id}`: the same for every delivery of the command. */
  readonly reportId: string;
  readonly kind: CommandKind;
  /** The command's id; null where the message could not be read that far. */
  readonly id: string | null;
  /** False for progress on the way. */
  readonly final: boolean;
  /** Of progress, `running`. */
  readonly status: CommandStatus | 'running';
  /** Outcome to number of instances. */
  readonly counts: Readonly<Record<string, number>>;
  readonly targets: readonly TargetReport[];
  /** What a person should read; empty when there is nothing. */
  readonly problems: readonly string[];
  readonly attempts: number;
  /** RFC 3339, in UTC: when the command was accepted. */
  readonly startedAt: string;
  readonly durationMs: number;
}

/** The part of a command report that the work decides. */
export interface CommandResult {
  readonly status: CommandReport['status'];
  readonly counts: CommandReport['counts'];
  readonly targets: CommandReport['targets'];
  readonly problems: CommandReport['problems'];
}

/** A command as reports name it. */
export interface CommandName {
  readonly kind: CommandKind;
  readonly id: string;
}

function formatReportId({ kind, id }: CommandName): string {
  return `${kind}:${id}`;
}

export function formatCommandReport(
  name: CommandName,
  result: CommandResult,
  { startedAtMs, endedAtMs, attempts }: Delivery,
): CommandReport {
  return {
    schema: 'dicom-courier.report.v1',
    reportId: formatReportId(name),
    kind: name.kind,
    id: name.id,
    final: result.status !== 'running',
    ...result,
    attempts,
    startedAt: new Date(startedAtMs).toISOString(),
    durationMs: Math.round(endedAtMs - startedAtMs),
  };
}

/**
 * The report on a message that is refused before it becomes a command. It never stands for, or replaces, the report of
 * the command whose id it may carry.
 *
 * @param reportSuffix what makes its id the same at every delivery and no other's, e.g. the message's id.
 */
export function formatRefusedCommandReport(
  { kind, id, reportSuffix }: { kind: CommandKind; id: string | null; reportSuffix: string },
  problems: readonly string[],
  delivery: Delivery,
): CommandReport {
  const result: CommandResult = { status: 'failed', counts: {}, targets: [], problems };
  const report = formatCommandReport({ kind, id: id ?? '' }, result, delivery);
  return { ...report, id, reportId: `${kind}:refused:${reportSuffix}` };
}
