/** `npm start`: the whole project on this machine. See emulator/README.md. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Policy } from './iam/policy.ts';
import { watchDropFolder } from './stack/drop/drop-folder.ts';
import { makeUpload } from './stack/drop/upload-file.ts';
import { localEnvironment } from './stack/functions/function-environment.ts';
import { followReports } from './stack/report-feed.ts';
import { tickEvery, type ScheduledJob } from './stack/scheduler.ts';
import { readCleanupFile } from './stack/screen/cleanup-file.ts';
import { readIamFile } from './stack/screen/iam-file.ts';
import { HELP, parseCommandLine, UsageError, type StartOptions } from './stack/screen/command-line.ts';
import { formatFunctionError } from './stack/screen/log-text.ts';
import { formatReport } from './stack/screen/report-line.ts';
import { summarize } from './stack/screen/summary.ts';
import { formatTime, paintFor } from './stack/screen/terminal-text.ts';
import { formatWelcome } from './stack/screen/welcome.ts';
import { startStack, type Stack } from './stack/stack.ts';
import { BUCKETS } from './stack/topology.ts';

const EXIT = { stopped: 0, failed: 1, usage: 2, forced: 130 } as const;
/** An orderly stop that takes longer than this is cut short. */
const STOP_WITHIN_MS = 9000;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseCommandLine(args, process.cwd());
    if (options === 'help') {
      process.stdout.write(HELP);
      return EXIT.stopped;
    }
    return await run(options, scheduleOf(options), policyOf(options));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\nnpm start -- --help lists the options.\n`);
    return EXIT.usage;
  }
}

async function run(
  options: StartOptions,
  schedule: readonly ScheduledJob[],
  policy: Policy | undefined,
): Promise<number> {
  const inherited = { ...process.env };
  // The clients in this process talk to its own stand-ins, whatever the shell has set for others.
  for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, localEnvironment(inherited));

  const stopping = stopOnSignals();
  const closers: (() => Promise<void>)[] = [];
  let status: number = EXIT.stopped;
  try {
    await open(options, schedule, policy, inherited, stopping, closers);
    await aborted(stopping);
  } catch (error) {
    if (!stopping.aborted) {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      status = EXIT.failed;
    }
  }
  setTimeout(() => process.exit(EXIT.failed), STOP_WITHIN_MS).unref();
  for (const close of closers.reverse()) {
    await close().catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      status = EXIT.failed;
    });
  }
  return status;
}

async function open(
  options: StartOptions,
  schedule: readonly ScheduledJob[],
  policy: Policy | undefined,
  inherited: NodeJS.ProcessEnv,
  signal: AbortSignal,
  closers: (() => Promise<void>)[],
): Promise<void> {
  const paintOut = paintFor(process.stdout.isTTY, inherited['NO_COLOR']);
  const paintErr = paintFor(process.stderr.isTTY, inherited['NO_COLOR']);
  const note = (text: string): void => {
    if (signal.aborted) return;
    process.stderr.write(`${paintErr('quiet', formatTime(Date.now()))}  ${paintErr('warning', text)}\n`);
  };

  const stack = await startStack({
    dataDir: options.dataDir,
    ports: options.ports,
    reset: options.reset,
    deliverTwice: options.deliverTwice,
    schedule,
    ...(policy === undefined ? {} : { policy }),
    environment: inherited,
    onFunctionError: (name, line) => {
      process.stderr.write(`${formatFunctionError(name, line, Date.now(), paintErr)}\n`);
    },
    onNotice: note,
    signal,
  });
  closers.push(() => stack.close());
  process.on('exit', () => stack.killNow());

  const drop = await openDropFolder(stack, options, note);
  closers.push(() => drop.close());

  // Reports come after this line, and a file that is dropped when it has been read is seen.
  const summary = summarize(stack, options.dropDir);
  const welcome = options.json ? JSON.stringify(summary) : formatWelcome(summary, process.cwd(), paintOut);
  await print(`${welcome}\n`);

  const feed = await followReports(stack.clients.pubsub, {
    onReport: (report) =>
      print(`${options.json ? JSON.stringify({ report }) : formatReport(report, Date.now(), paintOut)}\n`),
    onProblem: note,
  });
  closers.push(() => feed.close());
}

/** @throws UsageError */
function scheduleOf({ tickSeconds, cleanupFile }: StartOptions): readonly ScheduledJob[] {
  const ticks = tickSeconds === 0 ? [] : [tickEvery(tickSeconds)];
  return cleanupFile === undefined ? ticks : [...ticks, ...readCleanupFile(cleanupFile)];
}

/** @throws UsageError */
function policyOf({ iamFile }: StartOptions): Policy | undefined {
  return iamFile === undefined ? undefined : readIamFile(iamFile);
}

function openDropFolder(stack: Stack, options: StartOptions, note: (text: string) => void) {
  // Every folder has a memory of its own, so that another --drop begins with nothing uploaded.
  const id = createHash('sha256').update(options.dropDir).digest('hex').slice(0, 16);
  return watchDropFolder({
    directory: options.dropDir,
    ledgerPath: join(options.dataDir, 'uploads', `${id}.jsonl`),
    upload: makeUpload(stack.clients.storage.bucket(BUCKETS.inbox)),
    onProblem: note,
  });
}

/**
 * The first signal asks for an orderly stop; a second one ends the process at once.
 *
 * One that is sent to the whole process group arrives twice, once more through the launcher: what comes within
 * half a second is the same request.
 */
function stopOnSignals(): AbortSignal {
  const stopping = new AbortController();
  let stoppedAt: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stoppedAt ??= performance.now();
      if (performance.now() - stoppedAt > 500) process.exit(EXIT.forced);
      stopping.abort();
    });
  }
  // Whoever read the output has gone, e.g. `npm start -- --json | head -1`: nobody is left to work for.
  process.stdout.on('error', () => stopping.abort());
  return stopping.signal;
}

/** Resolves when the reader has room for more, so that a slow one is not written to without end. */
async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
