import type { Benchmark } from '../benchmark.ts';
import { makeBundles } from '../bundles.ts';
import { cleanupAtScale } from './cleanup.ts';
import { exportAtScale } from './export.ts';
import { ingestAtScale } from './ingest.ts';
import { AIMS, brokenLaws, toRow, type Row } from './row.ts';
import { formatScale, summarize } from './show.ts';
import type { Work } from './work.ts';

const WORKS: readonly Work[] = [ingestAtScale, exportAtScale, cleanupAtScale];

/** Whether an instance costs the same however many there are. */
export const scale: Benchmark = {
  name: 'scale',
  summary: 'whether requests, CPU and memory of an instance stay the same with ever more of them',
  async run({ isQuick, objects, onProgress }) {
    const bundles = await makeBundles();
    const rows: Row[] = [];
    const problems: string[] = [];
    for (const work of WORKS) {
      const planned = isQuick ? work.quickSizes : work.sizes;
      const sizes = objects === undefined ? planned : [objects, 2 * objects];
      let smallest: Row | undefined;
      for (const size of sizes) {
        onProgress(`${work.name}, ${size} ${work.objects}`);
        const row = toRow(work, size, await work.measure(bundles, size, problems), smallest);
        smallest ??= row;
        rows.push(row);
        onProgress(summarize(row));
      }
    }
    return {
      document: { rows, aims: AIMS },
      text: formatScale(rows),
      failures: [...problems, ...rows.flatMap((row) => [...brokenLaws(row)])],
    };
  },
};
