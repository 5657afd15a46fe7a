import type { LogLine } from '../functions/log-line.ts';
import { formatTime, printable, type Paint } from './terminal-text.ts';

/** Fields that say when, where from and for which request; they are in the log file. */
const LEFT_TO_THE_FILE = /^(time|timestamp|severity|stack|stack_trace|logging\.googleapis\.com\/)/;
const MAX_FIELD_LENGTH = 300;

/** A function's error for a person: one line with what is worth reading of it. */
export function formatFunctionError(functionName: string, line: LogLine, atMs: number, paint: Paint): string {
  const fields = Object.entries(line.fields)
    .filter(([name, value]) => !LEFT_TO_THE_FILE.test(name) && value !== null)
    .map(([name, value]) => `${printable(name)}=${printable(shorten(value))}`);
  const parts = [
    paint('quiet', formatTime(atMs)),
    paint('bad', functionName),
    printable(line.message),
    ...fields.map((field) => paint('quiet', field)),
  ];
  return parts.join('  ');
}

function shorten(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MAX_FIELD_LENGTH ? `${text.slice(0, MAX_FIELD_LENGTH)}…` : text;
}
