import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import { FunctionServer } from '../../support/function-server.ts';
import { LocalProject } from '../../support/local-project.ts';
import { StandInStore } from '../../support/stand-in-store.ts';
import { makeDicom } from '../../support/synthetic-dicom.ts';

const MIB = 1024 * 1024;
/** Enough for the heap to have come to the size that it works at. */
const WARM_UP = 450;
const MANY = process.env['COURIER_TEST_FULL'] === '1' ? 6000 : 600;
/** Half of what the warm-up itself takes: a leak for each request, or each series, would pass it. */
const MARGIN_BYTES = 24 * MIB;
const AT_ONCE = 16;

describe('the memory of a cleanup', () => {
  let project: LocalProject;
  let store: StandInStore;
  let worker: FunctionServer;

  beforeAll(async () => {
    project = await LocalProject.start({ operationLengthMs: 0 });
    store = new StandInStore(project.environment);
    worker = await FunctionServer.start({
      ...project.environmentOf('delete'),
      MAX_CLEANUP_SHARE: '1',
      DELETE_DELAY: '0s',
      SEARCH_LAG: '0s',
      ADVANCE_BUDGET: '10s',
    });
  });
  afterAll(async () => {
    await worker.stop();
    await project.close();
  });

  /** Puts studies into the project that are past their retention. */
  async function fill(from: number, count: number): Promise<void> {
    const studies = Array.from({ length: count }, (_, n) => `1.${from + n}`);
    while (studies.length > 0) {
      const batch = studies.splice(0, AT_ONCE).map(async (study) => {
        await store.put(makeDicom({ seed: study, study, series: `${study}.1` }));
        await project.put('state', `ingested/${study}/${study}.1/2020-01-01`, '{}');
      });
      await Promise.all(batch);
    }
  }

  /** Has a cleanup delete them all. @returns the most memory that the function has had by then. */
  async function cleanUp(id: string): Promise<number> {
    const cleanup = { action: 'cleanup', id, olderThan: 'P1Y', age: 'ingested', maxSeries: 10_000 };
    let content: object = { ...cleanup, dryRun: false };
    do {
      const push = project.command(content, { publishedAtMs: systemClock.now() });
      expect(await worker.deliver(push)).toBe(204);
      content = { action: 'tick' };
    } while ((await project.names('state')).some((name) => name.startsWith('deleting/open/')));
    expect(await store.uids()).toEqual([]);
    return worker.peakMemoryBytes();
  }

  it('does not grow with the number of series', async () => {
    await fill(1, WARM_UP);
    const before = await cleanUp('warm-up');
    await fill(WARM_UP + 1, MANY);
    const after = await cleanUp('many');
    process.stderr.write(
      `cleanup of ${WARM_UP} series in ${Math.round(before / MIB)} MiB, then of ${MANY} in ${Math.round(after / MIB)} MiB\n`,
    );
    expect(after - before).toBeLessThan(MARGIN_BYTES);
  }, 600_000);
});
