import { readValues, textOf } from '../cloud/read-options.ts';
import { UsageError } from '../cloud/usage-error.ts';

export interface SoakOptions {
  /** How long things go wrong; what is under way afterwards ends in calm. */
  readonly minutes: number;
  /** Decides everything that is drawn. */
  readonly seed: number;
  readonly json: boolean;
}

export const HELP = `Lets everything go wrong at once on the local stack, by dice, and looks afterwards whether everything is as it should be.

Thousands of objects and commands: compressed ones, hostile ones, others under the same UIDs; exports by target and by query, in
every form, over what is there already; deletions that objects race, that overlap, that are called off; cleanups; messages that are
none. Every message is delivered twice and in any order; requests fail, take long, hang and are cut off; tokens come late and cease to be
good; quotas change; the store cannot be reached for a while and answers now in one way, now in another; the functions, as they
are deployed, are killed and started again. Then the faults end, and what the store, the buckets and the reports say is compared with what
a model expects.

Usage: npm run soak -- [OPTIONS]

  --minutes N   how long things go wrong, 0.1 to 1440         (3)
  --seed S      a number from 0 to 4294967295                 (drawn, and printed)
  --json        the result as one line of JSON
  --help        this text

The same seed and minutes give the same schedule: objects, bytes, commands, faults, quotas, outages and moments of kills.
What is not the same is how the processes take turns, so a failure may need some runs to come again.
Runs below two minutes delete nothing that is there: ingest believes for a minute that a series is not deleted, and
every deletion waits for that.

Exit codes: 0 every invariant holds; 1 one does not; 2 wrong options.
`;

const OPTIONS = {
  minutes: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** @param draw makes the seed where none is given. @throws UsageError */
export function parseSoakOptions(args: readonly string[], draw: () => number): SoakOptions | 'help' {
  const values = readValues(args, OPTIONS);
  if (values['help'] === true) return 'help';
  const minutes = Number(textOf(values, 'minutes') ?? '3');
  if (!(minutes >= 0.1 && minutes <= 1440))
    throw new UsageError('--minutes takes a number from 0.1 to 1440.');
  const seed = Number(textOf(values, 'seed') ?? draw());
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new UsageError('--seed takes a whole number from 0 to 4294967295.');
  return { minutes, seed, json: values['json'] === true };
}
