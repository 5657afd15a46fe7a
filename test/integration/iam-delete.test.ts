import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readLog } from '../conformance/log.ts';
import { LocalProject } from '../support/local-project.ts';
import { projectRights, rightsOf, titled, without } from '../support/rights.ts';
import { StandInStore } from '../support/stand-in-store.ts';
import { makeDicom, tripleOf } from '../support/synthetic-dicom.ts';
import { WiredDelete } from '../support/wired-delete.ts';

const RIGHTS = projectRights();
/** Ticks while a right is missing: enough to come to every call. */
const TRIES = 8;

let project: LocalProject;
let store: StandInStore;
let scenes = 0;

beforeAll(async () => {
  project = await LocalProject.start({ operationLengthMs: 0 }, RIGHTS);
  store = new StandInStore(project.environment);
});
afterAll(() => project.close());
beforeEach(() => {
  project.guards.iam.replace(RIGHTS);
  scenes += 1;
});

describe('delete', () => {
  it.each(titled(rightsOf('delete', RIGHTS)))(
    'without %s calls nothing deleted that it cannot prove, and ends right later',
    async (_, lost) => {
      const { iam } = project.guards;
      const seed = `delete-${scenes}`;
      const { study } = tripleOf({ seed });
      await store.put(makeDicom({ seed }));
      const worker = new WiredDelete(project, { DELETE_DELAY: '0s', SEARCH_LAG: '0s' });
      const command = { action: 'delete', id: seed, targets: [{ study }] };
      iam.replace(without('delete', lost, RIGHTS));
      // The list of operations is looked through for what an unanswered request has begun.
      if (lost.permission === 'healthcare.operations.list') await store.change({ deletionAnswer: 'lost' });
      const status = await worker.publish(command, seed);
      await store.restore();
      for (let tick = 0; tick < TRIES; tick += 1) await worker.tick();
      const early = await worker.takeFinalReports();
      const isHeld = lost.permission === 'storage.objects.list' && lost.resource.endsWith('/records');
      // A hold that cannot be looked for counts as one, and that is how the command ends.
      if (isHeld) expect(early).toMatchObject([{ status: 'failed', counts: { held: 1 } }]);
      else if (lost.permission !== 'storage.objects.get' || !lost.resource.endsWith('/records')) {
        expect(early).toEqual([]);
        expect(readLog(worker.log).isConfigurationFault).toBe(true);
      }

      iam.replace(RIGHTS);
      if (status !== 204) await worker.publish(command, seed);
      const reports = [...early, ...(await worker.settle())];
      if (isHeld) expect(await store.uids(study)).toHaveLength(1);
      else {
        expect(new Set(reports.map((report) => JSON.stringify(report))).size).toBe(1);
        expect(reports[0]).toMatchObject({ status: 'complete', counts: { deleted: 1 } });
        expect(await store.uids(study)).toEqual([]);
      }
    },
  );
});
