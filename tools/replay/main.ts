/** `npm run replay`: sends dead letters and quarantined objects back. See docs/operations.md. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { makePubsubClient, makeStorageClient } from '../cloud/google-clients.ts';
import { interruption } from '../cloud/interruption.ts';
import { UsageError } from '../cloud/usage-error.ts';
import { readCauses } from './causes.ts';
import { makeLetterService, makeMessageService } from './google-letter-service.ts';
import { GroupTable } from './group-table.ts';
import { inboxTopicOf } from './inbox-topic.ts';
import { makePace, type ReplayClock } from './pace.ts';
import { parseQuarantineOptions, type QuarantineOptions } from './quarantine-options.ts';
import { makeQuarantineService } from './quarantine-service.ts';
import { replayQuarantine } from './replay-quarantine.ts';
import { replayLetters, type LetterResult } from './replay-letters.ts';
import { HELP, parseReplayOptions, type ReplayOptions } from './replay-options.ts';

const EXIT = { done: 0, failed: 1, usage: 2 } as const;
const PROGRESS_MS = 2000;

const clock: ReplayClock = {
  now: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
};

// Not exitCode: a client of Google's may keep the process alive.
process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  try {
    const isQuarantine = args.some((arg) => /^--quarantine(=|$)/.test(arg)) && !args.includes('--help');
    const options = isQuarantine ? 'quarantine' : parseReplayOptions(args, process.env);
    if (options === 'quarantine') {
      return (await runQuarantine(parseQuarantineOptions(args, process.env))) ? EXIT.done : EXIT.failed;
    }
    if (options !== 'help') return (await run(options)) ? EXIT.done : EXIT.failed;
    process.stdout.write(HELP);
    return EXIT.done;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (!(error instanceof UsageError)) return EXIT.failed;
    process.stderr.write('npm run replay -- --help lists the options.\n');
    return EXIT.usage;
  }
}

/** @returns whether everything that was chosen has been sent. */
async function run(options: ReplayOptions): Promise<boolean> {
  const interrupted = interruption();
  const table = new GroupTable(['becomes', 'kind', 'cause', 'from', 'deliveries', 'replayed']);
  const progress = makeProgress(options);
  const result = await replayLetters({
    ...options,
    service: await makeLetterService(
      makePubsubClient(options.project, options.endpoints),
      options.subscription,
    ),
    causes: await readCauses(options.log),
    run: randomBytes(6).toString('hex'),
    clock,
    pace: makePace(options.perSecond, clock, interrupted),
    interrupted,
    onLetter: (letter, end) => {
      const { kind, cause, source, deliveries, replays, firstPublishedAtMs: at } = letter;
      const from = source?.split('/').at(-1) ?? '-';
      const cells = [end, kind, cause, from, String(deliveries ?? '-'), String(replays)];
      table.add(cells, at === undefined ? undefined : clock.now() - at);
      progress(end === 'sent');
    },
  });
  return conclude(table, result, options.isDry);
}

/** @returns whether ingest has been told of everything that was chosen. */
async function runQuarantine(options: QuarantineOptions): Promise<boolean> {
  const interrupted = interruption();
  const storage = makeStorageClient(options.project, options.endpoints);
  const table = new GroupTable(['becomes', 'reason']);
  const progress = makeProgress(options);
  const result = await replayQuarantine({
    ...options,
    service: makeQuarantineService(storage, options.bucket, options.prefix),
    messages: await makeMessageService(makePubsubClient(options.project, options.endpoints)),
    topic: options.topic ?? (await inboxTopicOf(storage, options.inbox)),
    run: randomBytes(6).toString('hex'),
    pace: makePace(options.perSecond, clock, interrupted),
    interrupted,
    onObject: ({ reason, quarantinedAtMs: at }, end) => {
      table.add([end, reason], at === undefined ? undefined : clock.now() - at);
      progress(end === 'told' || end === 'restored');
    },
  });
  return conclude(table, result, options.isDry);
}

function conclude(table: GroupTable, { sent, notSent, problems }: LetterResult, isDry: boolean): boolean {
  process.stdout.write(table.format());
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.stdout.write(
    isDry
      ? 'A dry run: nothing was sent, everything was left or given back.\n'
      : `${sent} sent back, ${notSent} chosen and not sent.\n`,
  );
  return problems.length === 0 && (isDry || notSent === 0);
}

/** A line on standard error now and then. */
function makeProgress({
  most,
  isDry,
}: {
  readonly most: number;
  readonly isDry: boolean;
}): (isSent: boolean) => void {
  const startedAt = clock.now();
  let [looked, sent, lastAt] = [0, 0, startedAt];
  return (isSent) => {
    looked += 1;
    if (isSent) sent += 1;
    if (clock.now() - lastAt < PROGRESS_MS) return;
    lastAt = clock.now();
    const perSecond = (isDry ? looked : sent) / ((lastAt - startedAt) / 1000);
    const left = most === Number.MAX_SAFE_INTEGER ? Infinity : most - (isDry ? looked : sent);
    const eta =
      Number.isFinite(left) && perSecond > 0 ? `, at most ${Math.ceil(left / perSecond)} s to go` : '';
    process.stderr.write(`${looked} looked at, ${sent} sent, ${perSecond.toFixed(1)} a second${eta}\n`);
  };
}
