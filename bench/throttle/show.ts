import { formatAim, isMet } from '../report/aim.ts';
import { formatPercent } from '../report/percent.ts';
import { formatTable } from '../report/table.ts';
import type { LaneCost } from './lane-cost.ts';
import type { ThrottleRow } from './measure-scenario.ts';
import { AIMS } from './plan.ts';

const NOTES = `worker: the function as it is deployed. fixed: plain p-retry, 32 objects at a time, exponential backoff of its own.
goodput: stored, of what the quota allows, 10 s after the beginning and after every change. refused: store requests
answered 429, of all. to 90 %: from the rise of the quota until nine tenths of it were used for a second.
lost: acknowledged but not in the store. unfinished: not settled half a minute after the quota would have allowed it.
The bucket holds a second's worth. One subscription pushes to one instance: slow start, at most 100 in flight, half the
window after each refusal, backoff from 1 s, dead letter after 100 deliveries.
Aims: goodput ≥ 97 %, refused ≤ 5 %, to 90 % ≤ 10 s, lost 0, dead 0.`;

const HEADING = [
  ...['quota', 'latency', 'Retry-After', 'function', 'objects', 'goodput', 'refused', 'to 90 %', 'lost'],
  ...['dead', 'given back', 'unfinished', 'aims'],
];

/** Whether a row meets all aims that apply to it. */
function meetsAims(row: ThrottleRow): boolean {
  return (
    isMet(AIMS.goodput, row.goodput) &&
    isMet(AIMS.refusedShare, row.refusedShare) &&
    isMet(AIMS.lost, row.lost) &&
    isMet(AIMS.deadLetters, row.deadLetters) &&
    (row.secondsToUse === undefined || isMet(AIMS.secondsToUse, row.secondsToUse ?? Infinity))
  );
}

export function formatThrottle(rows: readonly ThrottleRow[], cost: LaneCost): string {
  const workers = rows.filter((row) => row.function === 'worker');
  const worst = {
    goodput: Math.min(...workers.map((row) => row.goodput)),
    refusedShare: Math.max(...workers.map((row) => row.refusedShare)),
  };
  return [
    'throttle, 64 KB objects',
    formatTable([HEADING, ...rows.map(rowLine)], 4),
    `the worker at its worst: goodput ${formatPercent(worst.goodput)} (${formatAim(AIMS.goodput, worst.goodput)}), refused ${formatPercent(worst.refusedShare)} (${formatAim(AIMS.refusedShare, worst.refusedShare)})`,
    `a lane that nothing throttles: ${cost.laneNs.toFixed(0)} ns a call, ${cost.directNs.toFixed(0)} ns without it`,
    NOTES,
  ].join('\n\n');
}

function rowLine(row: ThrottleRow): string[] {
  return [
    row.quota,
    `${row.latencyMs} ms`,
    row.retryAfterSeconds === null ? 'none' : `${row.retryAfterSeconds} s`,
    row.function,
    String(row.messages),
    formatPercent(row.goodput),
    formatPercent(row.refusedShare),
    formatSeconds(row.secondsToUse),
    String(row.lost),
    String(row.deadLetters),
    String(row.redeliveries),
    String(row.unfinished),
    row.function === 'worker' ? (meetsAims(row) ? 'met' : 'missed') : '',
  ];
}

function formatSeconds(seconds: number | null | undefined): string {
  if (seconds === undefined) return '';
  return seconds === null ? 'never' : `${seconds.toFixed(1)} s`;
}
