// Runs one of the project's tasks on the Node.js version that is deployed, installing dependencies first
// where they are missing. Plain JavaScript without dependencies, because nothing is installed yet when it
// starts, and because the machine's own Node.js may be older than the one the project needs.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const NEEDED_ELSEWHERE = [22, 19];
const PINNED_PLATFORMS = ['linux-x64', 'linux-arm64'];

const TASKS = {
  start: ['emulator/src/main.ts'],
  sample: ['emulator/src/sample/main.ts'],
  test: ['scripts/test.mjs'],
  'test:full': ['scripts/test.mjs', '--full'],
  'test:unit': ['scripts/test.mjs', 'unit', 'property'],
  check: ['scripts/check.mjs'],
  'check:terraform': ['scripts/terraform-check.mjs'],
  types: ['node_modules/typescript/bin/tsc', '-p', '.'],
  lint: [
    'node_modules/eslint/bin/eslint.js',
    '.',
    '--max-warnings=0',
    '--cache',
    '--cache-location=.cache/eslint',
  ],
  format: ['node_modules/prettier/bin/prettier.cjs', '--write', '.'],
  build: ['scripts/build.mjs'],
  schemas: ['scripts/schemas.mjs'],
  bench: ['bench/main.ts'],
  smoke: ['tools/smoke/main.ts'],
  soak: ['tools/soak/main.ts'],
  replay: ['tools/replay/main.ts'],
  'verify:cloud': ['tools/verify-cloud/main.ts'],
};

main(process.argv[2], process.argv.slice(3));

function main(task, args) {
  if (!Object.hasOwn(TASKS, task ?? '')) fail(`Unknown task. Known tasks: ${Object.keys(TASKS).join(', ')}`);
  const platform = `${process.platform}-${process.arch}`;
  const own = process.versions.node.split('.').map(Number);
  const pinnable = PINNED_PLATFORMS.includes(platform);
  if (own[0] < 20) fail(tooOld('Node.js 20 with npm is the least that can install this project'));
  if (!pinnable && !isAtLeast(own, NEEDED_ELSEWHERE)) {
    fail(
      tooOld(
        `There is no pinned Node.js for ${platform}, so your own is used, and it must be ${NEEDED_ELSEWHERE.join('.')} or later`,
      ),
    );
  }
  installWhenNeeded();
  const node = pinnable ? pinnedNode(platform, own) : process.execPath;
  runOn(node, [...TASKS[task], ...args]);
}

/** `npm ci` when node_modules does not match package-lock.json; its output goes to stderr, stdout is the task's. */
function installWhenNeeded() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.dicom-courier-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  process.stderr.write('Installing dependencies (npm ci) …\n');
  const npm = process.env.npm_execpath;
  const arguments_ = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const result =
    npm === undefined
      ? spawnSync('npm', arguments_, {
          cwd: root,
          stdio: ['ignore', 2, 2],
          shell: process.platform === 'win32',
        })
      : spawnSync(process.execPath, [npm, ...arguments_], { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.status !== 0)
    fail('Dependencies could not be installed: see the lines above, then run the same command again.');
  writeFileSync(stamp, wanted);
}

/** The pinned Node.js, or the machine's own where the pinned one cannot run (musl) and the own is new enough. */
function pinnedNode(platform, own) {
  const pinned = join(root, 'node_modules', `node-${platform}`, 'bin', 'node');
  const works = existsSync(pinned) && spawnSync(pinned, ['--version']).status === 0;
  if (works) return pinned;
  if (isAtLeast(own, NEEDED_ELSEWHERE)) return process.execPath;
  fail(
    tooOld(
      `The pinned Node.js (${pinned}) is missing or does not run here, so your own is used, and it must be ${NEEDED_ELSEWHERE.join('.')} or later`,
    ),
  );
}

function runOn(node, args) {
  const env = {
    ...process.env,
    PATH: `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`,
  };
  const child = spawn(node, args, { cwd: root, stdio: 'inherit', env });
  // Ctrl-C reaches the child through the terminal; a signal sent to this process alone is passed on.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => {});
  child.on('error', (error) => fail(`${node} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal !== null) process.exit(128 + (constants.signals[signal] ?? 0));
    process.exit(code ?? 1);
  });
}

function isAtLeast([major, minor], [neededMajor, neededMinor]) {
  return major > neededMajor || (major === neededMajor && minor >= neededMinor);
}

function tooOld(reason) {
  return `${reason}. This is Node.js ${process.versions.node}. Install a current one from https://nodejs.org and run the same command again.`;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
