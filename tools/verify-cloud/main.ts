/** `npm run verify:cloud`: tries what is assumed of Google's services. See docs/conformance.md. */
import { randomBytes } from 'node:crypto';
import { interruption } from '../cloud/interruption.ts';
import { UsageError } from '../cloud/usage-error.ts';
import { runContractSuites } from './contract-suites.ts';
import { makeVerifyWorld } from './make-verify-world.ts';
import { HELP, parseVerifyOptions } from './verify-options.ts';
import { verifyAssumptions, type Judged, type Verdict } from './verify.ts';
import type { VerifyOptions } from './verify-world.ts';

const EXIT = { holds: 0, failed: 1, usage: 2 } as const;
const MARKS: Readonly<Record<Verdict, string>> = {
  holds: '✓',
  'does not hold': '✗',
  'could not be tried': '?',
};

const code = await main(process.argv.slice(2));
// Not exitCode: a client of Google's may keep the process alive. The rows have to be out before.
process.stdout.write('', () => process.exit(code));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseVerifyOptions(args, process.env);
    if (options !== 'help') return (await run(options, options)) ? EXIT.holds : EXIT.failed;
    process.stdout.write(HELP);
    return EXIT.holds;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (!(error instanceof UsageError)) return EXIT.failed;
    process.stderr.write('npm run verify:cloud -- --help lists the options.\n');
    return EXIT.usage;
  }
}

/** @returns whether nothing was found not to hold, and nothing is left behind. */
async function run(
  options: VerifyOptions,
  { isJson, withSuites }: { readonly isJson: boolean; readonly withSuites: boolean },
): Promise<boolean> {
  const interrupted = interruption();
  const world = makeVerifyWorld(options, `courier-verify-${randomBytes(6).toString('hex')}`);
  const counts: Record<Verdict, number> = { holds: 0, 'does not hold': 0, 'could not be tried': 0 };
  const tell = (judged: Judged): void => {
    counts[judged.verdict] += 1;
    process.stdout.write(isJson ? `${JSON.stringify(judged)}\n` : format(judged));
  };
  const left = await verifyAssumptions(world, interrupted, tell);
  if (withSuites && !interrupted.aborted) (await runContractSuites(options, interrupted)).forEach(tell);
  if (!isJson) {
    const numbers = Object.entries(counts).map(([verdict, count]) => `${count} ${verdict}`);
    process.stdout.write(`\n${numbers.join(', ')}.\n`);
  }
  if (left.length > 0) process.stderr.write(`Left behind: ${left.join('; ')}\n`);
  return counts['does not hold'] === 0 && left.length === 0;
}

function format({ id, claim, verdict, observed }: Judged): string {
  return `${MARKS[verdict]} ${verdict.padEnd(18)} ${id.padEnd(26)} ${claim}\n${' '.repeat(21)}observed: ${observed}\n`;
}
