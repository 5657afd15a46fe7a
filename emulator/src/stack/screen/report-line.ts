import { formatSize, formatTime, printable, type Paint, type Tone } from './terminal-text.ts';

const TONES: Readonly<Record<string, Tone>> = {
  stored: 'good',
  'already-stored': 'good',
  complete: 'good',
  ignored: 'quiet',
  running: 'quiet',
  conflict: 'warning',
  partial: 'warning',
  rejected: 'bad',
  failed: 'bad',
};
const OUTCOME_WIDTH = 14;
const MAX_PROBLEM_LENGTH = 200;

/**
 * One line for one report, e.g. `12:03:04  stored          a/b.dcm  514 kB  study …34.1  instance …8`, or
 * `12:03:05  partial         delete erase-7  9 deleted, 1 failed  1 problem: …`.
 *
 * A report comes from outside this program, so every field is looked at before it is believed.
 */
export function formatReport(report: object, atMs: number, paint: Paint): string {
  const fields = report as Readonly<Record<string, unknown>>;
  const outcome = text(fields['outcome']) ?? text(fields['status']) ?? 'unknown outcome';
  const parts = [
    paint('quiet', formatTime(atMs)),
    paint(TONES[outcome] ?? 'warning', printable(outcome).padEnd(OUTCOME_WIDTH)),
    ...(fields['kind'] === 'ingest' ? describeObject(fields) : describeCommand(fields, paint)),
    ...describeReason(fields, paint),
  ];
  return parts.filter((part) => part !== '').join('  ');
}

function describeObject(report: Readonly<Record<string, unknown>>): string[] {
  const object = record(report['object']);
  const instances = Array.isArray(report['instances']) ? (report['instances'] as unknown[]) : [];
  const first = record(instances[0]);
  const sizeBytes = object['sizeBytes'];
  return [
    printable(text(object['name']) ?? 'an object without name'),
    typeof sizeBytes === 'number' ? formatSize(sizeBytes) : '',
    ...['study', 'instance'].map((level) => shortUid(level, text(first[level]))),
    instances.length > 1 ? `and ${instances.length - 1} more` : '',
  ];
}

function describeCommand(report: Readonly<Record<string, unknown>>, paint: Paint): string[] {
  const counts = Object.entries(record(report['counts']))
    .filter(([, count]) => count !== 0)
    .map(([outcome, count]) => `${printable(String(count))} ${printable(outcome)}`);
  const name = `${text(report['kind']) ?? 'command'} ${text(report['id']) ?? ''}`.trim();
  return [
    printable(name),
    counts.join(', '),
    report['final'] === false ? 'so far' : '',
    describeProblems(report['problems'], report['status'] === 'complete' ? 'note' : 'problem', paint),
  ];
}

/**
 * How many there are, and the first: the others are in the report.
 *
 * @param word of a command that is complete they are notes, e.g. that it was a dry run.
 */
function describeProblems(problems: unknown, word: 'note' | 'problem', paint: Paint): string {
  if (!Array.isArray(problems) || problems.length === 0) return '';
  const first = text(problems[0]) ?? 'not a text';
  const shown = first.length > MAX_PROBLEM_LENGTH ? `${first.slice(0, MAX_PROBLEM_LENGTH)}…` : first;
  const howMany = `${problems.length} ${word}${problems.length === 1 ? '' : 's'}`;
  return `${paint(word === 'note' ? 'quiet' : 'warning', `${howMany}:`)} ${printable(shown)}`;
}

function describeReason(report: Readonly<Record<string, unknown>>, paint: Paint): string[] {
  const reason = text(report['reason']);
  const detail = text(report['detail']);
  const attempts = report['attempts'];
  return [
    reason === undefined ? '' : printable(reason),
    detail === undefined ? '' : paint('quiet', printable(detail)),
    typeof attempts === 'number' && attempts > 1 ? paint('quiet', `attempt ${attempts}`) : '',
  ];
}

/** The end of a UID, which is where two of one origin differ. */
function shortUid(level: string, uid: string | undefined): string {
  if (uid === undefined) return '';
  const shown = uid.length > 12 ? `…${uid.slice(-10)}` : uid;
  return `${level} ${printable(shown)}`;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
