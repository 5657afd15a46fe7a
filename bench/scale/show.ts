import { formatAim } from '../report/aim.ts';
import { formatTable } from '../report/table.ts';
import { AIMS, type Row } from './row.ts';

const NOTES = `requests/inst: all of them, and in brackets those that each instance has of its own. Requests of the second table are counted,
and held against what the size says: exactly, but where it says ≤. CPU is that of the function's process, "of smallest" what
an instance costs of what it costs at the smallest size of the work. Others is the CPU time of the peers and of the benchmark;
"peers" how much of a core the peers' process took: near 1.00 they are what bounds the rate. RSS is the most that was seen
in the tenth of the run that ends at 10, 50 and 100 %; its aim is for the largest size of a work.`;

/** The result as two tables. */
export function formatScale(rows: readonly Row[]): string {
  return [
    'scale',
    formatTable([HEADING, ...rows.map((row) => rowLine(row, isLargest(row, rows)))]),
    formatTable(
      [['work', 'requests', 'for', 'size', 'counted', 'expected', ''], ...rows.flatMap(requestLines)],
      3,
    ),
    NOTES,
  ].join('\n\n');
}

/** One size in a line, for a person who waits for the others. */
export function summarize({
  seconds,
  cpuMsPerInstance,
  othersCpuMsPerInstance,
  memoryMebibytes,
}: Row): string {
  const { tenth, half, end } = memoryMebibytes;
  const memory = [tenth, half, end].map((mebibytes) => mebibytes.toFixed(0)).join(', ');
  return `  ${seconds.toFixed(1)} s, CPU ${cpuMsPerInstance.toFixed(3)} ms each, others ${othersCpuMsPerInstance.toFixed(3)}, RSS ${memory} MiB`;
}

function isLargest({ work, size }: Row, rows: readonly Row[]): boolean {
  return rows.every((other) => other.work !== work || other.size <= size);
}

const HEADING = [
  ...[
    'work',
    'size',
    's',
    'inst/s',
    'requests/inst',
    'CPU ms/inst',
    'of smallest',
    'others ms/inst',
    'peers',
  ],
  ...['RSS 10 %', '50 %', '100 %', 'peak MiB', 'CPU', 'RSS'],
];

function rowLine(row: Row, isLargestOfWork: boolean): string[] {
  const { tenth, half, end, peak } = row.memoryMebibytes;
  return [
    row.work,
    row.size.toLocaleString('en'),
    row.seconds.toFixed(1),
    row.instancesPerSecond.toFixed(0),
    `${row.requestsPerInstance.toFixed(3)} (${row.ownRequestsPerInstance.toFixed(0)})`,
    row.cpuMsPerInstance.toFixed(3),
    row.cpuRatio.toFixed(2),
    row.othersCpuMsPerInstance.toFixed(3),
    row.peersLoad.toFixed(2),
    ...[tenth, half, end, peak].map((mebibytes) => mebibytes.toFixed(0)),
    formatAim(AIMS.cpu, row.cpuRatio),
    isLargestOfWork ? `${row.memoryRatio.toFixed(2)}, ${formatAim(AIMS.memory, row.memoryRatio)}` : '',
  ];
}

function requestLines({ work, size, requests }: Row): string[][] {
  return requests
    .filter(({ counted, expected }) => counted + expected > 0)
    .map(({ kind, words, isBound, expected, counted, isKept }) => [
      work,
      kind,
      words,
      size.toLocaleString('en'),
      counted.toLocaleString('en'),
      `${isBound ? '≤ ' : ''}${expected.toLocaleString('en')}`,
      isKept ? 'kept' : 'BROKEN',
    ]);
}
