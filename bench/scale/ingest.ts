import { startFunction } from '../child/start-function.ts';
import { startPeers } from '../child/start-peers.ts';
import { makePushClient } from '../push/push-client.ts';
import { worker } from '../subjects.ts';
import type { Law } from './law.ts';
import { measureRun } from './run.ts';
import type { Work } from './work.ts';

const SIZE_BYTES = 10 * 1024;
const CONCURRENCY = 8;
/** Whole studies, so that those that are counted begin with the first of one. */
const WARM_UP = 2000;
const OBJECTS_PER_STUDY = 500;
const OBJECTS_PER_SERIES = 100;

const each = (kind: string): Law => ({
  kind,
  words: '1 each',
  isPerObject: true,
  expected: (size) => size,
});

const LAWS: readonly Law[] = [
  each('get'),
  each('post'),
  each('stored'),
  each('publish'),
  {
    kind: 'state',
    words: '1 a study, 1 a series',
    isPerObject: false,
    expected: (size) => Math.ceil(size / OBJECTS_PER_STUDY) + Math.ceil(size / OBJECTS_PER_SERIES),
  },
];

/** Small objects from the inbox into the store. */
export const ingestAtScale: Work = {
  name: 'ingest',
  objects: 'objects of 10 KiB',
  sizes: [1000, 10_000, 100_000],
  quickSizes: [1000, 10_000],
  laws: LAWS,
  async measure(bundles, size, problems) {
    const peers = await startPeers();
    const child = await startFunction(bundles.serve, worker(bundles, peers.ready));
    const client = makePushClient(child.ready.port, CONCURRENCY);
    const push = async (first: number, count: number): Promise<void> => {
      const refused = await client.pushAll(first, count, SIZE_BYTES);
      if (refused.length > 0)
        problems.push(`${refused.length} of ${count} pushes were not acknowledged: ${refused[0] ?? ''}`);
    };
    try {
      await push(0, WARM_UP);
      const askPeers = async () => {
        const { counts, cpuMs } = await peers.ask({});
        return { counts: { ...counts }, cpuMs };
      };
      return await measureRun(child, askPeers, () => push(WARM_UP, size));
    } finally {
      await client.close();
      await child.stop();
      await peers.stop();
    }
  },
};
