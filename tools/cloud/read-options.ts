import { readFileSync } from 'node:fs';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { UsageError } from './usage-error.ts';

type Values = Readonly<Record<string, string | boolean | undefined>>;

/** Where the services are, where it is not Google Cloud. */
export interface Endpoints {
  /** A base URL; undefined for Google's. */
  readonly storage: string | undefined;
  /** `host:port`; undefined for Google's. */
  readonly pubsub: string | undefined;
  /** A base URL. */
  readonly healthcare: string;
}

/** The local stack, in the words of the first line of `npm start -- --json`. */
export interface LocalStackLine {
  readonly project: string;
  readonly storage: string;
  readonly pubsub: string;
  readonly healthcare: string;
  readonly dicomStore: string;
  readonly buckets: Readonly<Record<'inbox' | 'exports', string>>;
  readonly topics: Readonly<Record<'export' | 'delete' | 'results', string>>;
}

/** What `npm start` says of itself when nothing else is asked for. */
const DEFAULT_STACK: LocalStackLine = {
  project: 'local',
  storage: 'http://127.0.0.1:4443',
  pubsub: '127.0.0.1:8085',
  healthcare: 'http://127.0.0.1:8090',
  dicomStore: 'projects/local/locations/local/datasets/imaging/dicomStores/main',
  buckets: { inbox: 'inbox', exports: 'exports' },
  topics: { export: 'dicom-export', delete: 'dicom-delete', results: 'dicom-results' },
};

/**
 * The options of a command line by their names.
 *
 * @throws UsageError for one that is not known.
 */
export function readValues(args: readonly string[], options: ParseArgsOptionsConfig): Values {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values as Values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** An option's text; undefined when it was not given. */
export function textOf(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** @throws UsageError that names all that are missing. */
export function requireTexts<Name extends string>(
  texts: Readonly<Record<Name, string | undefined>>,
): Record<Name, string> {
  const missing = Object.keys(texts).filter((name) => texts[name as Name] === undefined);
  if (missing.length > 0) {
    throw new UsageError(`Missing: ${missing.map((name) => `--${name}`).join(', ')}.`);
  }
  return texts as Record<Name, string>;
}

const DURATION_UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A number of milliseconds, from `500ms`, `30s`, `10m`, `24h`, `7d`. @throws UsageError */
export function durationOf(values: Values, name: string, byDefault: string): number {
  const text = textOf(values, name) ?? byDefault;
  const [, amount, unit] = /^(\d{1,6})(ms|s|m|h|d)$/.exec(text) ?? [];
  if (amount === undefined) throw new UsageError(`--${name} takes a duration as 500ms, 30s, 10m, 24h or 7d.`);
  return Number(amount) * DURATION_UNITS_MS[unit as keyof typeof DURATION_UNITS_MS];
}

/**
 * The local stack that `--local` names: a file with the first line of `npm start -- --json`, or `default` for what
 * `npm start` runs.
 *
 * @throws UsageError
 */
export function readLocalStack(values: Values): LocalStackLine | undefined {
  const local = textOf(values, 'local');
  if (local === undefined || local === 'default') return local && DEFAULT_STACK;
  try {
    const [line = ''] = readFileSync(local, 'utf8').split('\n');
    return JSON.parse(line) as LocalStackLine;
  } catch (error) {
    throw new UsageError(`--local ${local} has no first line of \`npm start -- --json\`: ${String(error)}`);
  }
}

/** The stand-ins of a local stack, or those that the variables of Google's own clients name, or Google's services. */
export function endpointsOf(
  stack: LocalStackLine | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Endpoints {
  if (stack !== undefined) {
    return { storage: stack.storage, pubsub: stack.pubsub, healthcare: stack.healthcare };
  }
  const healthcare = env['HEALTHCARE_ENDPOINT'] ?? 'https://healthcare.googleapis.com';
  return {
    storage: env['STORAGE_EMULATOR_HOST'],
    pubsub: env['PUBSUB_EMULATOR_HOST'],
    healthcare: healthcare.replace(/\/+$/, ''),
  };
}
