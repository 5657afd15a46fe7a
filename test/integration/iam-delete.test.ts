import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { auditName } from '../../src/domain/deletion/deletion-names.ts';
import { readLog } from '../conformance/log.ts';
import { CLOCK_START_MS } from '../support/fake-clock.ts';
import { StandInControl } from '../support/faults.ts';
import { LocalProject } from '../support/local-project.ts';
import { projectRights, rightsOf, titled, without, type SingleRight } from '../support/rights.ts';
import { StandInStore } from '../support/stand-in-store.ts';
import { makeDicom, tripleOf } from '../support/synthetic-dicom.ts';
import { WiredDelete } from '../support/wired-delete.ts';

const RIGHTS = projectRights();
/** Ticks while a right is missing: enough to come to every call. */
const TRIES = 8;

/** Commands that delete the one study there is. */
const COMMANDS = {
  delete: (id: string, study: string) => ({ action: 'delete', id, targets: [{ study }] }),
  cleanup: (id: string) => ({ action: 'cleanup', id, olderThan: 'P1Y', age: 'ingested', dryRun: false }),
} as const;

const QUICK = { DELETE_DELAY: '0s', SEARCH_LAG: '0s', MAX_CLEANUP_SHARE: '1' };
const DONE = { status: 'complete', counts: { deleted: 1 } };

let project: LocalProject;
let store: StandInStore;
let storage: StandInControl;
let scenes = 0;

beforeAll(async () => {
  project = await LocalProject.start({ operationLengthMs: 0 });
  store = new StandInStore(project.environment);
  storage = new StandInControl(project.environment['STORAGE_EMULATOR_HOST'] ?? '');
});
afterAll(() => project.close());
afterEach(() => storage.reset());
beforeEach(() => {
  scenes += 1;
});

describe.each(Object.keys(COMMANDS) as (keyof typeof COMMANDS)[])('%s', (action) => {
  const isOnRecords = ({ permission, resource }: SingleRight, verb: 'get' | 'list'): boolean =>
    resource.endsWith('/records') && permission === `storage.objects.${verb}`;

  /** Has that happen for which a right is there, where it does not happen anyway. */
  async function provoke(lost: SingleRight, id: string): Promise<void> {
    // The list of operations is looked through for what an unanswered request has begun.
    if (lost.permission === 'healthcare.operations.list') await store.change({ deletionAnswer: 'lost' });
    if (!isOnRecords(lost, 'get')) return;
    // Who may not replace may be told 403 of an audit that is there already: then it is looked for.
    await project.put('records', auditName(id, CLOCK_START_MS), '{}');
    await storage.add({
      method: 'POST',
      path: 'b/records/o',
      times: null,
      fault: { kind: 'status', status: 403 },
    });
  }

  it.each(titled(rightsOf('delete', RIGHTS)))(
    'without %s calls nothing deleted that it cannot prove, and ends right later',
    async (_, lost) => {
      const id = `${action}-${scenes}`;
      const uids = tripleOf({ seed: id });
      await store.put(makeDicom({ seed: id }));
      await project.put('state', `ingested/${uids.study}/${uids.series}/2020-01-01`, '{}');
      const worker = new WiredDelete(project, QUICK);
      const command = COMMANDS[action](id, uids.study);
      project.guards.iam.replace(without('delete', lost, RIGHTS));
      await provoke(lost, id);
      const status = await worker.publish(command, id);
      await store.restore();
      for (let tick = 0; tick < TRIES; tick += 1) await worker.tick();
      const early = await worker.takeFinalReports();

      project.grant();
      if (isOnRecords(lost, 'list')) {
        // A hold that cannot be looked for counts as one, and that is how the command ends. It has to be published anew.
        const targets = [{ outcome: 'held', reason: 'hold-unreadable' }];
        expect(early).toMatchObject([{ status: 'failed', counts: { held: 1 }, targets }]);
        expect(worker.log.join('')).toContain('"severity":"ERROR","message":"hold cannot be read"');
        expect(await store.uids(uids.study)).toHaveLength(1);
        expect(await worker.run(COMMANDS[action](`${id}-anew`, uids.study))).toMatchObject(DONE);
      } else {
        expect(early).toEqual([]);
        expect(readLog(worker.log).isConfigurationFault).toBe(true);
        if (status !== 204) await worker.publish(command, id);
        const reports = await worker.settle();
        expect(new Set(reports.map((report) => JSON.stringify(report))).size).toBe(1);
        expect(reports[0]).toMatchObject(DONE);
      }
      expect(await store.uids()).toEqual([]);
    },
  );
});
