/**
 * Fields of a log line. UIDs, generations, hashes, counts and reason words only:
 * object names, tag values and payloads may identify a patient.
 */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes structured log lines; the severities are Cloud Logging's. */
export interface Logger {
  info(message: string, fields?: LogFields): void;
  warning(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger whose lines all carry these fields too. */
  with(fields: LogFields): Logger;
}
