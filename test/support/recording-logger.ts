import type { LogFields, Logger } from '../../src/ports/logger.ts';

export interface LogLine {
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}

export interface RecordingLogger extends Logger {
  /** All lines of this logger and of those made from it. */
  readonly lines: LogLine[];
}

/** A logger that keeps its lines. */
export function recordingLogger(lines: LogLine[] = [], bound: LogFields = {}): RecordingLogger {
  const log =
    (severity: LogLine['severity']) =>
    (message: string, fields: LogFields = {}): void => {
      lines.push({ severity, message, fields: { ...bound, ...fields } });
    };
  return {
    lines,
    info: log('info'),
    warning: log('warning'),
    error: log('error'),
    with: (fields) => recordingLogger(lines, { ...bound, ...fields }),
  };
}
