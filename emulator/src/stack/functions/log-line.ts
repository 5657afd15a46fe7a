/** One line a function wrote, in the form Cloud Logging reads: JSON with `severity` and `message`. */
export interface LogLine {
  readonly severity: string;
  readonly message: string;
  /** Everything else in the line. */
  readonly fields: Readonly<Record<string, unknown>>;
}

const SEVERE = new Set(['ERROR', 'CRITICAL', 'ALERT', 'EMERGENCY']);

/** Undefined for text that is not a JSON object, which Cloud Logging takes as a message without severity. */
export function parseLogLine(text: string): LogLine | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  const { severity, message, ...fields } = parsed as Record<string, unknown>;
  return {
    severity: typeof severity === 'string' ? severity : 'DEFAULT',
    message: typeof message === 'string' ? message : '',
    fields,
  };
}

export function isSevere(line: LogLine): boolean {
  return SEVERE.has(line.severity);
}

/** The port in the line a function writes when it has begun to listen. */
export function listeningPort(line: LogLine): number | undefined {
  const port = line.fields['port'];
  return line.message === 'listening' && typeof port === 'number' ? port : undefined;
}
