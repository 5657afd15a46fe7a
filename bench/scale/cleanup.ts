import { startFunction } from '../child/start-function.ts';
import { SERIES_PER_STUDY } from '../export/marked-series.ts';
import { startExportPeers } from '../export/start-export-peers.ts';
import { pushCommand } from '../push/push-command.ts';
import { deleter } from '../subjects.ts';
import type { Law } from './law.ts';
import { measureRun } from './run.ts';
import type { Work } from './work.ts';

/**
 * Pages of names and matches make the heap come to the size that it works at, which is more than it needs: with a heap of 40 MiB,
 * plans of 100,000 and of 200,000 series peak at the same 126 MiB. So the warm-up is as large as what is measured, up to here.
 */
const WARM_UP = { least: 4000, most: 50_000 };
/** One of so many studies is past its retention; of the others only the markers are read. */
const DUE_EVERY = 500;
const STUDIES_PER_SLICE = 500;
const MARKERS_PER_PAGE = 1000;
const SERIES_PER_SEARCH = 5000;

const studiesOf = (series: number): number => Math.ceil(series / SERIES_PER_STUDY);
const slicesOf = (series: number): number => Math.ceil(studiesOf(series) / STUDIES_PER_SLICE);
const dueOf = (series: number): number => Math.ceil(studiesOf(series) / DUE_EVERY);

/** A slice ends where it sees that another study follows, which takes the marker behind that one. */
function countMarkerPages(series: number): number {
  let pages = 0;
  for (let at = 0; at < series; at += STUDIES_PER_SLICE * SERIES_PER_STUDY) {
    const looked = Math.min(series - at, (STUDIES_PER_SLICE + 1) * SERIES_PER_STUDY + 1);
    pages += Math.ceil(looked / MARKERS_PER_PAGE);
  }
  return pages;
}

const law = (kind: string, words: string, expected: Law['expected']): Law => ({
  kind,
  words,
  isPerObject: false,
  expected,
});

const LAWS: readonly Law[] = [
  law(
    'list',
    '3 pages a slice of 2,000 markers, 4 a due study, 5',
    (size) => countMarkerPages(size) + 4 * dueOf(size) + 5,
  ),
  law(
    'search',
    '4 a due study, 1 for 5,000 series, 1',
    (size) => 4 * dueOf(size) + Math.ceil(size / SERIES_PER_SEARCH) + 1,
  ),
  law('read', '2 a slice, 7', (size) => 2 * slicesOf(size) + 7),
  law('write', '2 a slice, 8', (size) => 2 * slicesOf(size) + 8),
  law('remove', '1 a slice, 1', (size) => slicesOf(size) + 1),
  law('publish report', '1', () => 1),
];

/** The plan of a cleanup that finds most series too young. */
export const cleanupAtScale: Work = {
  name: 'cleanup plan',
  objects: 'series',
  sizes: [1000, 10_000, 100_000],
  quickSizes: [1000, 10_000],
  laws: LAWS,
  async measure(bundles, size, problems) {
    const peers = await startExportPeers();
    const child = await startFunction(bundles.serve, deleter(bundles, peers.ready));
    const plan = async (id: string): Promise<void> => {
      const cleanup = {
        action: 'cleanup',
        id,
        olderThan: 'P365D',
        age: 'ingested',
        maxSeries: 1000,
        dryRun: true,
      };
      const refused = await pushCommand(child.ready.port, cleanup);
      if (refused !== undefined) problems.push(`A push was ${refused}: ${child.lastWords()}`);
    };
    try {
      const warmUp = Math.min(Math.max(size, WARM_UP.least), WARM_UP.most);
      await peers.ask({ markedSeries: warmUp, dueEvery: DUE_EVERY });
      await plan('warm-up');
      await peers.ask({ markedSeries: size, dueEvery: DUE_EVERY });
      const askPeers = async () => {
        const { counts, cpuMs } = await peers.ask({});
        return { counts: { ...counts }, cpuMs };
      };
      const run = await measureRun(child, askPeers, () => plan('scale'));
      const { report, unknown } = await peers.ask({});
      const { figures } = (report ?? {}) as { figures?: Record<string, number> };
      const past = Math.min(size, dueOf(size) * SERIES_PER_STUDY);
      if (figures?.['past'] !== past || figures['studies'] !== studiesOf(size))
        problems.push(
          `The plan of ${size} series did not find ${past} of them due: ${JSON.stringify(report)}`,
        );
      if (unknown > 0) problems.push(`${unknown} requests were sent that the peers do not know.`);
      return run;
    } finally {
      await child.stop();
      await peers.stop();
    }
  },
};
