import type { LogFields, Logger } from '../ports/logger.ts';

type Severity = 'INFO' | 'WARNING' | 'ERROR';

/**
 * One JSON object a line, in the form that Cloud Logging reads from a function's output
 * ("Structured logging": `severity`, `message` and the `logging.googleapis.com/…` fields are special).
 */
export function makeJsonLogger(write: (line: string) => void, bound: LogFields = {}): Logger {
  const log =
    (severity: Severity) =>
    (message: string, fields: LogFields = {}): void =>
      write(`${JSON.stringify({ severity, message, ...bound, ...fields })}\n`);
  return {
    info: log('INFO'),
    warning: log('WARNING'),
    error: log('ERROR'),
    with: (fields) => makeJsonLogger(write, { ...bound, ...fields }),
  };
}
