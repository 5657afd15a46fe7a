// Runs Jest, one run for all suites, and says which suites could not run for want of a real peer.
// Usage: npm test [-- SUITE… PATH…] [--full]      suites are the directories of test/, and `emulator`.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

const SUITES = ['unit', 'property', 'emulator', 'contract', 'conformance', 'integration', 'corpus'];

const args = process.argv.slice(2);
const full = args.includes('--full');
const suites = args.filter((arg) => SUITES.includes(arg));
const rest = args.filter((arg) => arg !== '--full' && !SUITES.includes(arg));
const { status, signal } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    '--passWithNoTests=false',
    // Jest would leave one processor to others, and of two use one; many suites wait more than they work.
    `--maxWorkers=${Math.max(2, availableParallelism() - 1)}`,
    // No test is about time; this ends one that hangs, also on a machine that is busy with others.
    '--testTimeout=60000',
    ...(suites.length > 0 ? ['--selectProjects', ...suites] : []),
    // Named, because --selectProjects takes every bare word after it for a project.
    ...rest.map((arg) => (arg.startsWith('-') ? arg : `--testPathPatterns=${arg}`)),
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      // Google's libraries would otherwise look for a metadata server at its link-local address.
      METADATA_SERVER_DETECTION: process.env.METADATA_SERVER_DETECTION ?? 'none',
      ...(full ? { COURIER_TEST_FULL: '1' } : {}),
    },
  },
);
process.exit(signal === null ? (status ?? 1) : 1);
