// Everything that can be known of the code without starting anything: types, lint, layout, layers, dead
// code, the published schemas and the unit tests. All run, also after one has failed, so that one call shows every problem.
import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';

const CHECKS = {
  types: ['typescript/bin/tsc', '-p', '.'],
  lint: ['eslint/bin/eslint.js', '.', '--max-warnings=0', '--cache', '--cache-location=.cache/eslint'],
  layout: [
    'prettier/bin/prettier.cjs',
    '--check',
    '--log-level=warn',
    '--cache',
    '--cache-location=.cache/prettier',
    '.',
  ],
  layers: [
    'dependency-cruiser/bin/dependency-cruiser.mjs',
    'src',
    'emulator/src',
    'tools',
    '--config',
    '.dependency-cruiser.js',
  ],
  'dead code': ['knip/bin/knip.js', '--no-progress'],
};

const started = performance.now();
const failed = [];
const queue = Object.entries(CHECKS).map(([name, [path, ...args]]) => ({
  name,
  command: [`node_modules/${path}`, ...args],
}));
queue.push({ name: 'schemas', command: ['scripts/schemas.mjs', '--check'] });
queue.push({ name: 'unit tests', command: ['scripts/test.mjs', 'unit', 'property'] });
// Two at a time: the smallest machine this is run on has two cores.
await Promise.all([worker(), worker()]);
const seconds = ((performance.now() - started) / 1000).toFixed(0);
process.stdout.write(
  failed.length === 0
    ? `All checks passed in ${seconds} s.\n`
    : `Failed: ${failed.join(', ')} (${seconds} s).\n`,
);
process.exit(failed.length === 0 ? 0 : 1);

async function worker() {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { status, output } = await run(next.command);
    const mark = status === 0 ? '✓' : '✗';
    const shown = status !== 0 || next.name === 'unit tests' ? `\n${output}` : '\n';
    process.stdout.write(`${mark} ${next.name}${shown}`);
    if (status !== 0) failed.push(next.name);
  }
}

function run(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('close', (status) => resolve({ status: status ?? 1, output }));
  });
}
