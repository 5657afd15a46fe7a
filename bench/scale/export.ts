import { startFunction } from '../child/start-function.ts';
import { startExportPeers } from '../export/start-export-peers.ts';
import { pushCommand } from '../push/push-command.ts';
import { exporter } from '../subjects.ts';
import { countRetrievals, OBJECTS_PER_STUDY, slicesOf } from './export-shape.ts';
import type { Law } from './law.ts';
import { measureRun } from './run.ts';
import type { Work } from './work.ts';

const SIZE_BYTES = 10 * 1024;
const CONCURRENCY = 16;
/** As one instance of the function is deployed to take (terraform/variables-functions.tf). */
const SLICES_AT_ONCE = 4;
const WARM_UP = 2000;
const PROGRESS_REPORTS = 10;

const law = (kind: string, words: string, expected: Law['expected']): Law => ({
  kind,
  words,
  isPerObject: false,
  expected,
});

// A slice is 500 instances, and so is a search page; each study has 500: a page, and an empty one, for the plan and for the end. The end reads every part twice: for the sums and for the manifest.
const LAWS: readonly Law[] = [
  { kind: 'upload', words: '1 each', isPerObject: true, expected: (size) => size },
  law('retrieve series', '1 a series', (size) => countRetrievals(size).series),
  law('retrieve instance', '1 a series', (size) => countRetrievals(size).instances),
  law('search', '4 a study', (size) => 4 * Math.ceil(size / OBJECTS_PER_STUDY)),
  law('read', '5 a slice, 3', (size) => 5 * slicesOf(size) + 3),
  law('write', '3 a slice, 5', (size) => 3 * slicesOf(size) + 5),
  law('list', '3 a slice, 1', (size) => 3 * slicesOf(size) + 1),
  law('publish slices', '1', () => 1),
  {
    ...law('manifest', '2, 1 for 10,000 lines', (size) => 2 + Math.ceil(size / 10_000)),
    isBound: true,
  },
  // Slices that end at the same moment may tell the same progress.
  { ...law('publish report', '42', () => PROGRESS_REPORTS * SLICES_AT_ONCE + 2), isBound: true },
];

/** Instances from the store into a bucket. */
export const exportAtScale: Work = {
  name: 'export',
  objects: 'instances of 10 KiB',
  sizes: [1000, 10_000, 50_000],
  quickSizes: [1000, 5000],
  laws: LAWS,
  async measure(bundles, size, problems) {
    const peers = await startExportPeers();
    const child = await startFunction(bundles.serve, exporter(bundles, peers.ready, 'auto', CONCURRENCY));
    const push = async (content: object): Promise<void> => {
      const refused = await pushCommand(child.ready.port, content);
      if (refused !== undefined) problems.push(`A push was ${refused}: ${child.lastWords()}`);
    };
    const fill = (instances: number) => peers.ask({ instances, sizeBytes: SIZE_BYTES, latencyMs: 0 });
    const exportAll = async (id: string, targets: readonly object[]): Promise<void> => {
      await push({ action: 'export', id, targets, destination: 'gs://exports/' });
      const slices = [...(await peers.ask({})).slices] as object[];
      // By itself, so that one delivery ends the export, and not as many as end their slices at the same moment.
      const last = slices.pop();
      const waiting = slices.values();
      const pushInTurn = async (): Promise<void> => {
        for (const slice of waiting) await push(slice);
      };
      await Promise.all(Array.from({ length: SLICES_AT_ONCE }, pushInTurn));
      if (last !== undefined) await push(last);
    };
    try {
      await exportAll('warm-up', (await fill(WARM_UP)).targets);
      const { targets } = await fill(size);
      const askPeers = async () => {
        const { counts, cpuMs } = await peers.ask({});
        return { counts: { ...counts }, cpuMs };
      };
      const run = await measureRun(child, askPeers, () => exportAll('scale', targets));
      const { objects, unknown } = await peers.ask({});
      if (objects !== size + 1) problems.push(`${objects} objects of ${size + 1} were written.`);
      if (unknown > 0) problems.push(`${unknown} requests were sent that the peers do not know.`);
      return run;
    } finally {
      await child.stop();
      await peers.stop();
    }
  },
};
