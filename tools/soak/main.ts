/** `npm run soak`: lets everything go wrong at once on the local stack, and looks whether it shows. See README.md. */
import { randomInt } from 'node:crypto';
import { UsageError } from '../cloud/usage-error.ts';
import { formatResult } from './format-result.ts';
import { HELP, parseSoakOptions } from './soak-options.ts';
import { isSound, soak } from './soak.ts';

const EXIT = { sound: 0, violated: 1, usage: 2 } as const;

// Google's libraries would otherwise look for a metadata server at its link-local address.
process.env['METADATA_SERVER_DETECTION'] ??= 'none';
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
// Not exitCode: a client of Google's may keep the process alive.
process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseSoakOptions(args, () => randomInt(2 ** 32));
    if (options === 'help') {
      process.stdout.write(HELP);
      return EXIT.sound;
    }
    if (!options.json) process.stdout.write(`Soak of ${options.minutes} minutes, seed ${options.seed} …\n`);
    const result = await soak(options, { onNotice: () => undefined });
    process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : formatResult(result));
    return isSound(result) ? EXIT.sound : EXIT.violated;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\nnpm run soak -- --help lists the options.\n`);
    return EXIT.usage;
  }
}
