import type { Benchmark } from '../benchmark.ts';
import { makeBundles } from '../bundles.ts';
import { startPeers } from '../child/start-peers.ts';
import { formatAim, isMet, type Aim } from '../report/aim.ts';
import { median } from '../report/median.ts';
import { formatTable } from '../report/table.ts';
import { helloWorld, worker } from '../subjects.ts';
import { measureStart, type Start } from './measure-start.ts';

const RUNS = 10;
const QUICK_RUNS = 3;
const AIM: Aim = { relation: 'at most', value: 1.5 };

const NOTES = `Times are from the start of the process, as medians. The first push carries a 512 KiB instance into the store, token,
checksum and report included; hello-world answers it and does nothing. Files are in the disk cache and the peers on this
machine: on Google Cloud the container has to be fetched and started first.`;

/** How long a new process takes until it has done its first work. */
export const coldStart: Benchmark = {
  name: 'cold-start',
  summary: "from the start of a process to its first acknowledgement, against the framework's hello-world",
  async run({ isQuick, onProgress }) {
    const bundles = await makeBundles();
    const peers = await startPeers();
    try {
      const subjects = [worker(bundles, peers.ready), helloWorld(bundles)];
      const starts = new Map<string, Start[]>(subjects.map(({ name }) => [name, []]));
      const runs = isQuick ? QUICK_RUNS : RUNS;
      // The first start of all reads the files from the disk, and counts for nothing.
      for (const subject of subjects) await measureStart(bundles.serve, subject, 0);
      for (let run = 1; run <= runs; run += 1) {
        onProgress(`start ${run} of ${runs}`);
        for (const subject of subjects) {
          starts.get(subject.name)?.push(await measureStart(bundles.serve, subject, run));
        }
      }
      return report([...starts].map(([name, found]) => summarise(name, found)));
    } finally {
      await peers.stop();
    }
  },
};

interface Summary extends Start {
  readonly function: string;
  readonly starts: readonly Start[];
}

function summarise(name: string, starts: readonly Start[]): Summary {
  return {
    function: name,
    importMs: median(starts.map(({ importMs }) => importMs)),
    listeningMs: median(starts.map(({ listeningMs }) => listeningMs)),
    firstAnswerMs: median(starts.map(({ firstAnswerMs }) => firstAnswerMs)),
    starts,
  };
}

function report(rows: readonly Summary[]): Awaited<ReturnType<Benchmark['run']>> {
  const [measured, baseline] = rows;
  const ratio = (measured?.firstAnswerMs ?? NaN) / (baseline?.firstAnswerMs ?? NaN);
  const table = formatTable([
    ['function', 'import ms', 'listening ms', 'first 204 ms', 'starts'],
    ...rows.map((row) => [
      row.function,
      ...[row.importMs, row.listeningMs, row.firstAnswerMs].map((time) => time.toFixed(0)),
      String(row.starts.length),
    ]),
  ]);
  return {
    document: { rows, ratio, aim: AIM, isMet: isMet(AIM, ratio) },
    text: `cold start\n\n${table}\n\nratio to the first 204: ${ratio.toFixed(2)} (${formatAim(AIM, ratio)})\n\n${NOTES}`,
    failures: [],
  };
}
