import { GoogleError } from '../google-error.ts';
import { Fields } from './fields.ts';
import type { Fault, FaultScript, RetryAfter } from './fault-script.ts';

/** A script with its defaults filled in. */
export type ParsedScript = Required<FaultScript>;

/**
 * Reads one script, or several in an array.
 *
 * @throws GoogleError 400 that says what is wrong; a script with a mistake in it would prove nothing.
 */
export function parseScripts(input: unknown): ParsedScript[] {
  return (Array.isArray(input) ? input : [input]).map(parseScript);
}

function parseScript(input: unknown): ParsedScript {
  const fields = new Fields(input, 'script');
  const fault = parseFault(new Fields(fields.take('fault'), 'fault'));
  const isLasting = fault.kind === 'latency' || fault.kind === 'quota';
  const script = {
    method: fields.text('method') ?? '',
    path: fields.text('path') ?? '',
    times: fields.isNull('times')
      ? null
      : (fields.number('times', { least: 1, isWhole: true }) ?? (isLasting ? null : 1)),
    after: fields.flag('after') ?? false,
    fault,
  };
  fields.end();
  checkPath(script.path);
  if (script.after && !canComeAfter(fault)) {
    throw new GoogleError(
      400,
      'after: only an answer, or a reset or hang at headers, can take the answer’s place.',
    );
  }
  return script;
}

function parseFault(fields: Fields): Fault {
  const fault = readFault(fields);
  fields.end();
  return fault;
}

function readFault(fields: Fields): Fault {
  const kind = fields.text('kind');
  switch (kind) {
    case 'status':
      return {
        kind,
        status: needed(statusOf(fields), 'status'),
        ...retryAfterOf(fields),
        ...(fields.has('headers') ? { headers: headersOf(fields) } : {}),
        ...(fields.has('body') ? { body: fields.take('body') } : {}),
        early: fields.flag('early') ?? false,
      };
    case 'html':
      return { kind, status: statusOf(fields) ?? 200, ...retryAfterOf(fields) };
    case 'malformed-json':
      return { kind, status: statusOf(fields) ?? 200 };
    case 'reset':
      return readReset(fields);
    case 'hang':
      return readHang(fields);
    case 'cut':
      return { kind, afterBytes: afterBytesOf(fields) };
    case 'latency':
      return { kind, delayMs: needed(fields.number('delayMs', { least: 0 }), 'delayMs') };
    case 'quota':
      return {
        kind,
        ratePerSecond: needed(fields.number('ratePerSecond', { least: 0.001 }), 'ratePerSecond'),
        burst: needed(fields.number('burst', { least: 1 }), 'burst'),
        ...retryAfterOf(fields),
      };
    case 'pass':
      return { kind };
    case undefined:
    default:
      throw new GoogleError(400, `fault.kind: there is no kind ${kind ?? 'given'}.`);
  }
}

function readReset(fields: Fields): Fault {
  const at = fields.text('at') ?? 'headers';
  if (at === 'start' || at === 'headers') return { kind: 'reset', at };
  return { kind: 'reset', at: bodyPart(at), afterBytes: afterBytesOf(fields) };
}

function readHang(fields: Fields): Fault {
  const at = fields.text('at') ?? 'headers';
  if (at === 'headers') return { kind: 'hang', at };
  return { kind: 'hang', at: bodyPart(at), afterBytes: afterBytesOf(fields) };
}

function bodyPart(at: string): 'request-body' | 'response-body' {
  if (at === 'request-body' || at === 'response-body') return at;
  throw new GoogleError(400, `fault.at: there is no ${at}.`);
}

function afterBytesOf(fields: Fields): number {
  return needed(fields.number('afterBytes', { least: 0, isWhole: true }), 'afterBytes');
}

function statusOf(fields: Fields): number | undefined {
  return fields.number('status', { least: 200, most: 599, isWhole: true });
}

function retryAfterOf(fields: Fields): { retryAfter?: RetryAfter } {
  if (!fields.has('retryAfter')) return {};
  const value = fields.take('retryAfter');
  if (typeof value === 'number' || typeof value === 'string') return { retryAfter: value };
  const date = new Fields(value, 'retryAfter');
  const dateInSeconds = needed(date.number('dateInSeconds', {}), 'retryAfter.dateInSeconds');
  date.end();
  return { retryAfter: { dateInSeconds } };
}

function headersOf(fields: Fields): Record<string, string> {
  const value = fields.take('headers');
  const isTexts =
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((text) => typeof text === 'string');
  if (!isTexts) throw new GoogleError(400, 'fault.headers: has to be an object of texts.');
  return value as Record<string, string>;
}

function needed<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new GoogleError(400, `fault.${name}: is missing.`);
  return value;
}

function checkPath(path: string): void {
  try {
    new RegExp(path);
  } catch {
    throw new GoogleError(400, 'path: has to be a regular expression.');
  }
}

function canComeAfter(fault: Fault): boolean {
  if (fault.kind === 'reset' || fault.kind === 'hang') return fault.at === 'headers';
  if (fault.kind === 'status') return fault.early !== true;
  return fault.kind === 'html' || fault.kind === 'malformed-json';
}
