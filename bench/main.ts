import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HELP, parseOptions, type Request } from './options.ts';
import { describeMachine, formatMachine } from './report/machine.ts';

// Runs one benchmark by name. Figures go to standard output and to a file, progress to standard error.

const RESULTS = join(import.meta.dirname, 'results');
const EXIT_MISTAKE = 2;

// An exit rather than death by signal, so that what was made for this run is removed.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

const request = parseOptions(process.argv.slice(2));
switch (request.kind) {
  case 'help':
    process.stdout.write(HELP);
    break;
  case 'mistake':
    process.stderr.write(`${request.problem}\n\n${HELP}`);
    process.exitCode = EXIT_MISTAKE;
    break;
  case 'run':
    await run(request);
    break;
}

async function run({ benchmark, isJson, ...options }: Extract<Request, { kind: 'run' }>): Promise<void> {
  const machine = describeMachine();
  const startedAt = new Date(Date.now()).toISOString();
  const {
    document,
    text,
    failures,
    drawings = [],
  } = await benchmark.run({
    ...options,
    onProgress: (progress) => process.stderr.write(`${progress}\n`),
  });
  const { name } = benchmark;
  const { isQuick } = options;
  const json = `${JSON.stringify(
    {
      schema: 'dicom-courier.bench.v1',
      benchmark: name,
      startedAt,
      machine,
      isQuick,
      ...document,
      failures,
    },
    null,
    2,
  )}\n`;
  mkdirSync(RESULTS, { recursive: true });
  const suffix = isQuick ? '-quick' : '';
  writeFileSync(join(RESULTS, `${name}${suffix}.json`), json);
  for (const drawing of drawings) writeFileSync(join(RESULTS, `${drawing.name}${suffix}.svg`), drawing.svg);
  process.stdout.write(isJson ? json : `${formatMachine(machine)}\n\n${text}\n`);
  if (failures.length > 0) {
    process.stderr.write(
      `The benchmark has failed:\n${failures.map((failure) => `  ${failure}\n`).join('')}`,
    );
    process.exitCode = 1;
  }
}
