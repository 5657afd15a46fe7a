import { isAbsolute, relative, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { DATA_PARTS } from '../data-directory.ts';
import type { StackPorts } from '../ports.ts';

export interface StartOptions {
  readonly ports: StackPorts;
  /** Absolute. */
  readonly dataDir: string;
  /** Absolute. */
  readonly dropDir: string;
  readonly json: boolean;
  readonly reset: boolean;
  readonly deliverTwice: boolean;
  /** From one tick of the scheduler to the next; 0 for none. */
  readonly tickSeconds: number;
  /** Absolute; undefined when no cleanup is scheduled. */
  readonly cleanupFile: string | undefined;
  /** Absolute; undefined when rights are not looked at. */
  readonly iamFile: string | undefined;
}

/** The command line cannot be carried out as it is; the message says what to write instead. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

export const HELP = `Runs the whole of dicom-courier on this machine: stand-ins for the services of Google Cloud, the
functions, and a folder whose files are uploaded to the inbox. Nothing leaves the machine.

Usage: npm start [-- OPTIONS]

  --drop DIR               files put here are uploaded to the inbox bucket   (./inbox)
  --data DIR               everything that is kept between runs              (.local)
  --reset                  begin with nothing kept from earlier runs
  --deliver-twice          deliver every message twice, as Pub/Sub may
  --tick SECONDS           how often the scheduler wakes the delete function (60)
                           0 for never
  --cleanup FILE           cleanups to publish again and again, as JSON:
                           [{"everySeconds":3600,"command":{"action":"cleanup",…}}]
  --iam FILE               what each function's account may do, as JSON; without it,
                           everything. emulator/iam/deployed.json has the rights of a deployment
  --storage-port PORT      Cloud Storage                                     (4443)
  --pubsub-port PORT       Pub/Sub, gRPC and REST                            (8085)
  --healthcare-port PORT   the Cloud Healthcare API                          (8090)
  --functions-port PORT    the first function; the others follow             (8081)
  --json                   JSON lines on standard output: addresses, then one line a report
  --help                   this text

A port of 0 picks a free one. Ctrl-C stops everything.
`;

const OPTIONS = {
  drop: { type: 'string', default: './inbox' },
  data: { type: 'string', default: '.local' },
  reset: { type: 'boolean', default: false },
  'deliver-twice': { type: 'boolean', default: false },
  tick: { type: 'string', default: '60' },
  cleanup: { type: 'string' },
  iam: { type: 'string' },
  'storage-port': { type: 'string', default: '4443' },
  'pubsub-port': { type: 'string', default: '8085' },
  'healthcare-port': { type: 'string', default: '8090' },
  'functions-port': { type: 'string', default: '8081' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/**
 * Reads the arguments of `npm start`.
 *
 * @param cwd what relative directories are relative to.
 * @throws UsageError
 */
export function parseCommandLine(args: readonly string[], cwd: string): StartOptions | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const ports = {
    storage: parsePort('storage-port', values['storage-port']),
    pubsub: parsePort('pubsub-port', values['pubsub-port']),
    healthcare: parsePort('healthcare-port', values['healthcare-port']),
    functions: parsePort('functions-port', values['functions-port']),
  };
  checkDistinct(ports);
  const dataDir = resolve(cwd, values.data);
  const dropDir = resolve(cwd, values.drop);
  checkApart(dataDir, dropDir);
  const { json, reset, 'deliver-twice': deliverTwice } = values;
  return {
    ports,
    dataDir,
    dropDir,
    json,
    reset,
    deliverTwice,
    tickSeconds: parseTick(values.tick),
    cleanupFile: values.cleanup === undefined ? undefined : resolve(cwd, values.cleanup),
    iamFile: values.iam === undefined ? undefined : resolve(cwd, values.iam),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function parsePort(option: string, text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new UsageError(`--${option} takes a number from 0 to 65535, not "${text}".`);
  }
  return port;
}

function parseTick(text: string): number {
  const seconds = Number(text);
  const isAllowed = seconds === 0 || (seconds >= 0.1 && seconds <= 86_400);
  if (!/^\d+(\.\d+)?$/.test(text) || !isAllowed) {
    throw new UsageError(`--tick takes seconds from 0.1 to 86400, or 0 for no ticks, not "${text}".`);
  }
  return seconds;
}

function checkDistinct(ports: StackPorts): void {
  const chosen = Object.values(ports).filter((port: number) => port !== 0);
  if (new Set(chosen).size < chosen.length) {
    throw new UsageError('The four ports must be different from one another.');
  }
}

/** The stack's own files must never be taken for dropped ones, nor dropped files be emptied with its own. */
function checkApart(dataDir: string, dropDir: string): void {
  const isMixed =
    isInside(dataDir, dropDir) || DATA_PARTS.some((part) => isInside(dropDir, resolve(dataDir, part)));
  if (isMixed) throw new UsageError('--drop must be a directory apart from what --data holds.');
}

function isInside(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return !isAbsolute(way) && way.split(sep)[0] !== '..';
}
