import { formatAim } from '../report/aim.ts';
import { formatTable } from '../report/table.ts';
import type { MemoryComparison, Ratio } from './ratios.ts';
import type { Row } from './row.ts';

/** Everything that a run of the benchmark has found. */
export interface IngestResult {
  readonly rows: readonly Row[];
  readonly ratios: readonly Ratio[];
  readonly memory: MemoryComparison;
}

const NOTES = `worker: the function as it is deployed. bare: GETs and POSTs with undici, and nothing else. samples: after Google's samples.
requests/inst: downloads + store requests + published reports + calls to the state bucket. Rates and CPU times are medians
of the rounds. Where answers are late and objects small, calls that follow one another decide: the worker makes three,
the others, which report to nobody, two.
The peers are stand-ins on this machine that do the least they can; what they and this benchmark take of its cores is
the column "others". The figures are of the functions, not of Google Cloud.`;

/** The result as text of some forty lines. */
export function formatIngest({ rows, ratios, memory }: IngestResult, concurrency: number): string {
  return [
    `ingest, ${concurrency} pushes in flight`,
    formatTable([HEADING, ...rows.map(rowLine)], 3),
    'worker compared with the others under the same load',
    formatTable([['size', 'latency', 'against', 'instances/s', 'CPU/inst', ''], ...ratios.map(ratioLine)], 3),
    formatMemory(memory),
    NOTES,
  ].join('\n\n');
}

const HEADING = [
  ...['size', 'latency', 'function', 'inst/s', 'MB/s', 'CPU ms/inst', 'others ms/inst', 'peak MiB'],
  ...['requests/inst', 'failures'],
];

function rowLine(row: Row): string[] {
  const { get, post, publish, state } = row.requestsPerInstance;
  return [
    row.size,
    `${row.latencyMs} ms`,
    row.function,
    figure(row.instancesPerSecond),
    figure(row.megabytesPerSecond),
    figure(row.cpuMsPerInstance),
    figure(row.surroundingsCpuMsPerInstance),
    mebibytes(row.peakMemoryBytes),
    [get, post, publish, state].map((count) => Number(count.toFixed(2))).join('+'),
    String(row.failures),
  ];
}

function ratioLine({ size, latencyMs, against, instancesPerSecond, cpuPerInstance, aim }: Ratio): string[] {
  return [
    size,
    `${latencyMs} ms`,
    against,
    instancesPerSecond.toFixed(2),
    cpuPerInstance.toFixed(2),
    aim === undefined ? '' : formatAim(aim, instancesPerSecond),
  ];
}

function formatMemory({ small, large, ratio, aims }: MemoryComparison): string {
  const largeMib = large.peakMemoryBytes / 2 ** 20;
  return [
    `peak memory of the worker in a fresh process, ${large.concurrency} pushes in flight`,
    `${small.size} × ${small.objects}: ${mebibytes(small.peakMemoryBytes)} MiB`,
    `${large.size} × ${large.objects}: ${mebibytes(large.peakMemoryBytes)} MiB (${formatAim(aims.largeMib, largeMib)})`,
    `ratio: ${ratio.toFixed(2)} (${formatAim(aims.ratio, ratio)})`,
  ].join('\n');
}

/** Three digits that count. */
function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
