import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HealthcareSwitches } from '../../emulator/src/healthcare/switches.ts';
import type { Binding } from '../../emulator/src/iam/policy.ts';
import { followReports } from '../../emulator/src/stack/report-feed.ts';
import { readIamFile } from '../../emulator/src/stack/screen/iam-file.ts';
import { tickEvery } from '../../emulator/src/stack/scheduler.ts';
import { startStack, type Stack } from '../../emulator/src/stack/stack.ts';
import { ReportBook } from './report-book.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Everything shorter than deployed, so that three minutes hold what is otherwise spread over hours. */
const QUICK = {
  RETRY_BUDGET: '3s',
  IDLE_TIMEOUT: '3s',
  ANSWER_TIMEOUT: '5s',
  FUNCTION_TIMEOUT: '30s',
  ACK_DEADLINE: '30s',
  SEARCH_LAG: '0s',
  SLICE_INSTANCES: '4',
  MAX_CLEANUP_SHARE: '1',
  ALLOW_OVERWRITE: 'true',
  IGNORE_PATTERN: '\\.part$',
  MAX_HEADER_BYTES: '65536',
  // A megabyte and a half in one delivery.
  MIN_THROUGHPUT: '100000',
};
/** A call ends its work ten seconds before its time is up, and looks at each open command before it does anything. */
const DELETE_TIMES = { FUNCTION_TIMEOUT: '45s', ACK_DEADLINE: '45s', ADVANCE_BUDGET: '20s' };
/**
 * Longer than ingest believes that a series was not deleted, by as much as a store request may last that had begun by then
 * (docs/decisions/0009-the-delay-before-a-deletion.md).
 */
const DELETE_DELAY = '72s';
const RESTART_MS = 300;
const OPERATION_MS = 300;

/** A running system, and what it has said. */
export interface SoakWorld {
  readonly stack: Stack;
  readonly reports: ReportBook;
  /** How the store answers what is not documented. @param switches where they differ from the defaults */
  setSwitches(switches?: Partial<HealthcareSwitches>): Promise<void>;
  close(): Promise<void>;
}

/** What ALLOW_OVERWRITE gives the export function beside what it has by default (terraform/rights.tf). */
const OVERWRITING: Binding = {
  member: 'serviceAccount:export@local.iam.gserviceaccount.com',
  resource: 'projects/_/buckets/exports',
  permissions: ['storage.objects.delete'],
};

export async function startSoakWorld(onNotice: (text: string) => void): Promise<SoakWorld> {
  const root = mkdtempSync(join(tmpdir(), 'courier-soak-'));
  const bundle = await bundleFunctions();
  const deployed = readIamFile(join(ROOT, 'emulator/iam/deployed.json'));
  const stack = await startStack({
    policy: { bindings: [...deployed.bindings, OVERWRITING] },
    dataDir: join(root, 'data'),
    ports: { storage: 0, pubsub: 0, healthcare: 0, functions: 0 },
    deliverTwice: true,
    backoff: { minSeconds: 0, maxSeconds: 2 },
    restartDelayMs: () => RESTART_MS,
    schedule: [tickEvery(1)],
    functionEntry: bundle.script,
    environment: { ...process.env, ...QUICK, DELETE_DELAY },
    environments: { delete: DELETE_TIMES },
    onNotice,
  });
  const takeAway = (): void => {
    stack.killNow();
    bundle.remove();
    rmSync(root, { recursive: true, force: true });
  };
  process.once('exit', takeAway);
  const setSwitches = async (switches: Partial<HealthcareSwitches> = {}): Promise<void> => {
    const url = `${stack.services.healthcareUrl}/_control/switches`;
    await fetch(url, { method: 'DELETE' });
    const body = JSON.stringify({ operationLengthMs: OPERATION_MS, ...switches });
    const answer = await fetch(url, { method: 'PATCH', body });
    if (answer.status !== 200) throw new Error(`Switches were refused: ${await answer.text()}`);
  };
  await setSwitches();
  const reports = new ReportBook();
  const feed = await followReports(stack.clients.pubsub, {
    onReport: (report) => {
      reports.add(report);
      return Promise.resolve();
    },
    onProblem: onNotice,
  });
  return {
    stack,
    reports,
    setSwitches,
    async close() {
      await feed.close();
      await stack.close();
      process.off('exit', takeAway);
      takeAway();
    },
  };
}

/** The bundle that is deployed, with what listens for it. */
async function bundleFunctions(): Promise<{ readonly script: string; remove(): void }> {
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  // Inside the project, for the packages that stay outside of the bundle are found from there.
  const folder = mkdtempSync(join(ROOT, '.cache', 'soak-'));
  const deployed = join(folder, 'deployed');
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.mjs', deployed], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The functions could not be built.\n${stderr}`);
  // A second package of the project's name would puzzle tools that look for packages.
  rmSync(join(deployed, 'package.json'));
  const script = join(folder, 'serve.mjs');
  await build({
    entryPoints: [join(ROOT, 'src/functions/serve.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    external: ['@google-cloud/functions-framework'],
    plugins: [
      {
        name: 'as-deployed',
        setup(building) {
          building.onResolve({ filter: /^\.\/index\.ts$/ }, () => ({
            path: './deployed/index.js',
            external: true,
          }));
        },
      },
    ],
    logLevel: 'warning',
  });
  return { script, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
