/** `npm run smoke`: tries a running system from end to end. See README.md. */
import { randomBytes } from 'node:crypto';
import { interruption } from '../cloud/interruption.ts';
import { UsageError } from '../cloud/usage-error.ts';
import { HELP, parseSmokeOptions, type SmokeOptions } from './smoke-options.ts';
import {
  deleteStudy,
  exportStudy,
  listen,
  lookWhetherGone,
  retrieveStudy,
  uploadStudy,
  waitForIngest,
} from './smoke-steps.ts';
import { makeSmokeWorld } from './smoke-world.ts';
import { StepList } from './step-list.ts';
import { takeAway } from './take-away.ts';

const EXIT = { passed: 0, failed: 1, usage: 2 } as const;

// Not exitCode: a client of Google's may keep the process alive.
process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseSmokeOptions(args, process.env);
    if (options !== 'help') return (await run(options)) ? EXIT.passed : EXIT.failed;
    process.stdout.write(HELP);
    return EXIT.passed;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\nnpm run smoke -- --help lists the options.\n`);
    return EXIT.usage;
  }
}

/** @returns whether everything passed. */
async function run(options: SmokeOptions): Promise<boolean> {
  const interrupted = interruption();
  const id = `courier-smoke-${randomBytes(6).toString('hex')}`;
  const world = makeSmokeWorld(options, id, interrupted);
  const steps = new StepList(
    (line) => process.stdout.write(`${line}\n`),
    () => performance.now(),
  );
  await steps.run('listen', () => listen(world));
  await steps.run('upload', () => uploadStudy(world));
  await steps.run('ingest', () => waitForIngest(world));
  await steps.run('retrieve', () => retrieveStudy(world));
  await steps.run('export', () => exportStudy(world));
  await steps.run('delete', () => deleteStudy(world));
  await steps.run('gone', () => lookWhetherGone(world));
  // A wait that was interrupted has ended the steps; taking away needs waits of its own.
  const afterwards = { ...world, interrupted: new AbortController().signal };
  await steps.runAnyway('take away', () => takeAway(afterwards));
  process.stdout.write(steps.hasFailed ? 'The smoke test FAILED.\n' : 'The smoke test passed.\n');
  return !steps.hasFailed;
}
