// Checks terraform/ without a cloud account: layout, the rules below, `validate` and `test` of the root, the modules and
// the examples. Last line: `N passed, N failed`.
//
// With the registry at hand, plain terraform runs. Without it, a runner that serves the provider's schema can: named by
// TERRAFORM_OFFLINE, or found beside the project. Where terraform is missing, all this is skipped, but not in CI.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkRules } from './terraform-rules.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'terraform');
const isCi = process.env.CI === 'true';
const TERRAFORM = 'terraform';
const INIT_LIMIT_MS = 180_000;
const RUN_LIMIT_MS = 600_000;

let passed = 0;
let failed = 0;

check('rules', () => checkRules(root));

if (spawnSync(TERRAFORM, ['version']).status === 0) checkWithTerraform();
else missing('terraform is not on PATH');

process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);

function checkWithTerraform() {
  // The formatter reads nothing but the files, so it can work on the originals.
  check('fmt', () => {
    const { status, output } = run(TERRAFORM, ['fmt', '-check', '-diff', '-recursive'], source);
    return status === 0 ? [] : [output];
  });
  // A copy: init leaves directories and lock files behind. A deployment's own values and backend stay out of it.
  const copy = join(mkdtempSync(join(tmpdir(), 'terraform-check-')), 'terraform');
  try {
    cpSync(source, copy, { recursive: true, filter: (path) => !isOfOneDeployment(basename(path)) });
    const engine = chooseEngine(copy);
    if (engine === undefined) return;
    for (const directory of configurations(copy)) checkConfiguration(engine, directory, copy);
  } finally {
    rmSync(dirname(copy), { recursive: true, force: true });
  }
}

/** How terraform gets at the provider's schema, or undefined when it cannot. */
function chooseEngine(copy) {
  const cache = join(dirname(copy), 'plugins');
  mkdirSync(cache);
  const environment = { TF_PLUGIN_CACHE_DIR: cache, CHECKPOINT_DISABLE: '1', TF_INPUT: '0' };
  const init = ['init', '-backend=false', '-input=false', '-no-color'];
  const { status, output } = run(TERRAFORM, init, copy, environment, INIT_LIMIT_MS);
  if (status === 0) {
    process.stdout.write('  with the provider from the registry\n');
    return {
      prepare: (directory) => run(TERRAFORM, init, directory, environment, INIT_LIMIT_MS),
      terraform: (directory, args) => run(TERRAFORM, args, directory, environment),
    };
  }
  const runner = resolve(
    root,
    process.env.TERRAFORM_OFFLINE || '../shared/tools/terraform-offline/terraform-offline.cjs',
  );
  if (!existsSync(runner)) {
    missing(`terraform init does not work here and there is no ${runner}`, output);
    return undefined;
  }
  process.stdout.write('  with the offline runner: the registry cannot be reached\n');
  return {
    prepare: (directory) => run(TERRAFORM, ['get', '-no-color'], directory, environment),
    terraform: (directory, args) => run(process.execPath, [runner, ...args], directory, environment),
  };
}

function checkConfiguration(engine, directory, copy) {
  const name = join('terraform', relative(copy, directory));
  const prepared = engine.prepare(directory);
  check(`validate ${name}`, () => {
    if (prepared.status !== 0) return [prepared.output];
    const { status, output } = engine.terraform(directory, ['validate', '-no-color']);
    return status === 0 ? [] : [output];
  });
  if (!existsSync(join(directory, 'tests'))) return;
  const { status, output } = engine.terraform(directory, ['test', '-no-color']);
  const counts = /(\d+) passed, (\d+) failed(?:, (\d+) skipped)?/.exec(output);
  const [, runs = '0', failures = '0', skipped = '0'] = counts ?? [];
  // A run that did not come to its assertions, and a suite that did not come to its runs, have not passed.
  const notPassed = Number(failures) + Number(skipped) + (counts === null ? 1 : 0);
  const isGood = status === 0 && notPassed === 0 && Number(runs) > 0;
  passed += Number(runs);
  failed += isGood ? 0 : Math.max(1, notPassed);
  process.stdout.write(`${isGood ? '✓' : '✗'} test ${name} (${runs} runs)\n${isGood ? '' : `${output}\n`}`);
}

/** The root, then each module and example. */
function configurations(copy) {
  const below = ['modules', 'examples'].flatMap((group) =>
    readdirSync(join(copy, group), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(copy, group, entry.name)),
  );
  return [copy, ...below.sort()];
}

function isOfOneDeployment(name) {
  return (
    name === '.terraform' ||
    name === 'backend.tf' ||
    name === 'terraform.tfvars' ||
    /\.auto\.tfvars(\.json)?$|\.tfstate/.test(name)
  );
}

/** Counts a check; `work` gives the problems it found. */
function check(name, work) {
  const problems = work();
  if (problems.length === 0) passed += 1;
  else failed += 1;
  const lines = problems.map((problem) => `  ${problem.trim()}\n`).join('');
  process.stdout.write(`${problems.length === 0 ? '✓' : '✗'} ${name}\n${lines}`);
}

function missing(reason, output = '') {
  if (isCi) failed += 1;
  process.stdout.write(
    `${isCi ? '✗' : '-'} ${reason}: ${isCi ? 'in CI it has to be there' : 'skipped'}\n${isCi ? `${output}\n` : ''}`,
  );
}

function run(command, args, cwd, environment = {}, timeout = RUN_LIMIT_MS) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, ...environment },
  });
  const output = [stdout, stderr, error?.message].filter(Boolean).join('\n');
  return { status: status ?? 1, output: output.trim() };
}
