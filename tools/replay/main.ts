/** `npm run replay`: sends dead letters back. See docs/operations.md. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { makePubsubClient } from '../cloud/google-clients.ts';
import { interruption } from '../cloud/interruption.ts';
import { UsageError } from '../cloud/usage-error.ts';
import { readCauses } from './causes.ts';
import { makeLetterService } from './google-letter-service.ts';
import { GroupTable } from './group-table.ts';
import { makePace, type ReplayClock } from './pace.ts';
import { replayLetters } from './replay-letters.ts';
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
    const options = parseReplayOptions(args, process.env);
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
  process.stdout.write(table.format());
  for (const problem of result.problems) process.stderr.write(`${problem}\n`);
  process.stdout.write(
    options.isDry
      ? 'A dry run: nothing was sent, everything was given back.\n'
      : `${result.sent} sent back, ${result.notSent} chosen and not sent.\n`,
  );
  return result.problems.length === 0 && (options.isDry || result.notSent === 0);
}

/** A line on standard error now and then. */
function makeProgress({ most, isDry }: ReplayOptions): (isSent: boolean) => void {
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
