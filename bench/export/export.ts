import { RUNTIME_ENVIRONMENT } from '../../emulator/src/stack/functions/runtime-environment.ts';
import type { Benchmark, BenchmarkOptions } from '../benchmark.ts';
import { makeBundles, type Bundles } from '../bundles.ts';
import { startChild, type Child } from '../child/start-child.ts';
import { startFunction } from '../child/start-function.ts';
import { pushCommand } from '../push/push-command.ts';
import { formatAim, isMet, type Aim } from '../report/aim.ts';
import { formatTable } from '../report/table.ts';
import { exporter } from '../subjects.ts';
import type { LoopAnswer, LoopPlan, StoreContents } from './messages.ts';
import { startExportPeers, type ExportPeers } from './start-export-peers.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const CONCURRENCY = 16;
/** As one instance of the function is deployed to take (terraform/variables-functions.tf). */
const SLICES_AT_ONCE = 4;

const LOADS = [
  { name: '1,000 × 512 KB', instances: 1000, sizeBytes: 512 * KIB },
  { name: '10 × 50 MB', instances: 10, sizeBytes: 50 * MIB },
  { name: '1 × 2 GB', instances: 1, sizeBytes: 2048 * MIB },
] as const;
const LATENCIES_MS = [0, 20, 50, 80];
const QUICK_LATENCIES_MS = [0, 50];
const MEMORY_AIM: Aim = { relation: 'less than', value: 250 };

const NOTES = `Time is from the command to the acknowledgement of the last slice: plan, checksums, manifest and reports included. The bare
loop lists, retrieves and uploads by undici at the same concurrency, and does nothing else. Latency is added to every answer.`;

type RetrieveBy = 'auto' | 'instance' | 'series';

interface Row {
  readonly load: string;
  readonly latencyMs: number;
  readonly subject: string;
  readonly elapsedMs: number;
  readonly instancesPerSecond: number;
  readonly megabytesPerSecond: number;
  readonly peakMebibytes: number;
  /** Of the bare loop's rate; null for the loop. */
  readonly ratio: number | null;
}

/** How fast instances come back, against a loop that does nothing else. */
export const exporting: Benchmark = {
  name: 'export',
  summary: 'instances per second and memory of the export function, against a bare loop',
  async run(options) {
    const bundles = await makeBundles();
    const rows: Row[] = [];
    const failures: string[] = [];
    for (const load of options.isQuick ? LOADS.slice(0, 2) : LOADS) {
      for (const latencyMs of options.isQuick ? QUICK_LATENCIES_MS : LATENCIES_MS) {
        options.onProgress(`${load.name}, ${latencyMs} ms`);
        rows.push(...(await measure(bundles, load, latencyMs, failures, options)));
      }
    }
    return report(rows, failures);
  },
};

async function measure(
  bundles: Bundles,
  load: (typeof LOADS)[number],
  latencyMs: number,
  failures: string[],
  { onProgress }: BenchmarkOptions,
): Promise<Row[]> {
  const peers = await startExportPeers();
  try {
    const contents: StoreContents = { instances: load.instances, sizeBytes: load.sizeBytes, latencyMs };
    const { targets } = await peers.ask(contents);
    const loop = await runLoop(bundles, peers, targets);
    const toRow = (subject: string, { elapsedMs, peakMemoryBytes }: LoopAnswer): Row => ({
      load: load.name,
      latencyMs,
      subject,
      elapsedMs,
      instancesPerSecond: (load.instances / elapsedMs) * 1000,
      megabytesPerSecond: (load.instances * load.sizeBytes) / 1000 / elapsedMs,
      peakMebibytes: peakMemoryBytes / MIB,
      ratio: subject === 'bare loop' ? null : loop.elapsedMs / elapsedMs,
    });
    const rows = [toRow('bare loop', loop)];
    for (const retrieveBy of ['auto', 'instance', 'series'] as const) {
      onProgress(`${load.name}, ${latencyMs} ms, by ${retrieveBy}`);
      await peers.ask(contents);
      const measured = await runExport(bundles, peers, targets, retrieveBy, failures);
      const { objects } = await peers.ask({});
      if (objects !== load.instances + 1)
        failures.push(`${objects} objects of ${load.instances + 1} were written.`);
      rows.push(toRow(retrieveBy === 'auto' ? 'worker' : `by ${retrieveBy}`, measured));
    }
    return rows;
  } finally {
    await peers.stop();
  }
}

async function runLoop(
  bundles: Bundles,
  { ready }: ExportPeers,
  targets: LoopPlan['targets'],
): Promise<LoopAnswer> {
  const child: Child<object, LoopPlan, LoopAnswer> = await startChild({
    name: 'the bare loop',
    script: bundles.bareLoop,
    environment: RUNTIME_ENVIRONMENT,
  });
  try {
    const { storeUrl, storageUrl } = ready;
    return await child.ask({ storeUrl, storageUrl, targets, concurrency: CONCURRENCY });
  } finally {
    await child.stop();
  }
}

async function runExport(
  bundles: Bundles,
  peers: ExportPeers,
  targets: LoopPlan['targets'],
  retrieveBy: RetrieveBy,
  failures: string[],
): Promise<LoopAnswer> {
  const subject = exporter(bundles, peers.ready, retrieveBy, CONCURRENCY);
  const child = await startFunction(bundles.serve, subject);
  const push = async (content: object): Promise<void> => {
    const refused = await pushCommand(child.ready.port, content);
    if (refused !== undefined) failures.push(`A push was ${refused}: ${child.lastWords()}`);
  };
  try {
    const startedAt = performance.now();
    await push({ action: 'export', id: 'bench', targets, destination: 'gs://exports/' });
    const slices = [...(await peers.ask({})).slices].values();
    const pushInTurn = async (): Promise<void> => {
      for (const slice of slices) await push(slice as object);
    };
    await Promise.all(Array.from({ length: SLICES_AT_ONCE }, pushInTurn));
    const elapsedMs = performance.now() - startedAt;
    return { elapsedMs, peakMemoryBytes: (await child.ask(null)).peakMemoryBytes };
  } finally {
    await child.stop();
  }
}

function aimOf({ latencyMs }: Row): Aim | undefined {
  if (latencyMs === 0) return { relation: 'at least', value: 0.8 };
  return latencyMs === 50 ? { relation: 'at least', value: 0.95 } : undefined;
}

function report(rows: readonly Row[], failures: readonly string[]): Awaited<ReturnType<Benchmark['run']>> {
  const judged = rows.map((row) => {
    const aim = row.ratio === null ? undefined : aimOf(row);
    return { ...row, aim, isMet: aim === undefined ? undefined : isMet(aim, row.ratio ?? 0) };
  });
  const table = formatTable(
    [
      ['load', 'subject', 'latency ms', 'instances/s', 'MB/s', 'of the loop', 'peak MiB', 'aim'],
      ...judged.map((row) => [
        row.load,
        row.subject,
        String(row.latencyMs),
        row.instancesPerSecond.toFixed(1),
        row.megabytesPerSecond.toFixed(0),
        row.ratio === null ? '' : row.ratio.toFixed(2),
        row.peakMebibytes.toFixed(0),
        row.aim === undefined ? '' : formatAim(row.aim, row.ratio ?? 0),
      ]),
    ],
    2,
  );
  const peak = Math.max(
    ...rows.filter(({ ratio }) => ratio !== null).map(({ peakMebibytes }) => peakMebibytes),
  );
  return {
    document: { rows: judged, peakMebibytes: peak, memoryAim: MEMORY_AIM },
    text: `export\n\n${table}\n\npeak memory: ${peak.toFixed(0)} MiB (${formatAim(MEMORY_AIM, peak)})\n\n${NOTES}`,
    failures,
  };
}
