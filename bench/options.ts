import { parseArgs } from 'node:util';
import { BENCHMARKS } from './benchmarks.ts';
import type { Benchmark } from './benchmark.ts';

/** What the command line asks for. */
export type Request =
  | { readonly kind: 'help' }
  | { readonly kind: 'mistake'; readonly problem: string }
  | {
      readonly kind: 'run';
      readonly benchmark: Benchmark;
      readonly isJson: boolean;
      readonly isQuick: boolean;
      readonly objects?: number;
      readonly concurrency: number;
    };

const DEFAULT_CONCURRENCY = 8;

export const HELP = `Usage: npm run bench -- NAME [options]

Benchmarks:
${BENCHMARKS.map(({ name, summary }) => `  ${name.padEnd(14)}${summary}`).join('\n')}

Options:
  --json          one JSON document on standard output, in the place of the table
  --quick         a shorter run, without 2 GiB objects and with fewer scenarios; for a first look
  --objects N     N objects in each round of each row (ingest), or in each scenario (throttle); N and 2 N (scale)
  --concurrency N N pushes in flight (ingest; ${DEFAULT_CONCURRENCY} unless told otherwise)
  --help          this text

The result is also written to bench/results/NAME.json, that of a quick run to NAME-quick.json; drawings stand beside it.
`;

export function parseOptions(args: readonly string[]): Request {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        objects: { type: 'string' },
        concurrency: { type: 'string', default: String(DEFAULT_CONCURRENCY) },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return { kind: 'mistake', problem: (error as Error).message };
  }
  const { values, positionals } = parsed;
  if (values.help) return { kind: 'help' };
  const [name, ...others] = positionals;
  const benchmark = BENCHMARKS.find((one) => one.name === name);
  if (benchmark === undefined || others.length > 0) {
    const known = BENCHMARKS.map((one) => one.name).join(', ');
    return { kind: 'mistake', problem: `Name one benchmark: ${known}.` };
  }
  const concurrency = parseCount(values.concurrency);
  const objects = values.objects === undefined ? undefined : parseCount(values.objects);
  if (concurrency === undefined || (values.objects !== undefined && objects === undefined)) {
    return { kind: 'mistake', problem: '--objects and --concurrency take a number from 1 on.' };
  }
  return {
    kind: 'run',
    benchmark,
    isJson: values.json,
    isQuick: values.quick,
    concurrency,
    ...(objects === undefined ? {} : { objects }),
  };
}

function parseCount(text: string): number | undefined {
  return /^[1-9]\d{0,6}$/.test(text) ? Number(text) : undefined;
}
