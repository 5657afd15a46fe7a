import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Iam } from '../../emulator/src/iam/iam.ts';
import { readLog } from '../conformance/log.ts';
import { LocalProject, type Arrival } from '../support/local-project.ts';
import { projectRights, rightsOf, without, type SingleRight } from '../support/rights.ts';
import { StandInStore } from '../support/stand-in-store.ts';
import { makeDicom, tripleOf, uid } from '../support/synthetic-dicom.ts';
import { WiredDelete } from '../support/wired-delete.ts';
import { WiredExport } from '../support/wired-export.ts';
import { WiredIngest } from '../support/wired-ingest.ts';
import type { PulledMessage, PulledMessages } from '../support/pulled-messages.ts';

const RIGHTS = projectRights();
/** Deliveries or ticks while a right is missing: enough to come to every call. */
const TRIES = 8;

let project: LocalProject;
let iam: Iam;
let store: StandInStore;
let topic: PulledMessages;
let scenes = 0;

beforeAll(async () => {
  project = await LocalProject.start({ identicalDuplicate: 'conflict', operationLengthMs: 0 }, RIGHTS);
  const { iam: looked } = project.guards;
  if (looked === undefined) throw new Error('Rights are not looked at.');
  iam = looked;
  store = new StandInStore(project.environment);
  topic = await WiredExport.subscribe(project);
});
afterAll(() => project.close());
beforeEach(() => {
  iam.replace(RIGHTS);
  scenes += 1;
});

const DONE = { status: 'complete', counts: { exported: 1, 'already-exported': 1 } };

const titled = (rights: readonly SingleRight[]): [string, SingleRight][] =>
  rights.map((right) => [`${right.permission} on ${right.resource.replace(/^.*\//, '')}`, right]);

describe('ingest', () => {
  /** One object for each way through the function, and what it comes to. */
  async function arrivals(): Promise<Map<Arrival, string>> {
    const seed = `ingest-${scenes}`;
    const [known, different] = [`${seed}-known`, `${seed}-different`];
    await store.put(makeDicom({ seed: known }));
    await store.put(makeDicom({ seed: different }));
    const gone = await project.drop(`${seed}/gone.dcm`, Buffer.from('gone'));
    await project.remove('inbox', `${seed}/gone.dcm`);
    return new Map([
      [await project.drop(`${seed}/new.dcm`, makeDicom({ seed })), 'stored'],
      [await project.drop(`${seed}/known.dcm`, makeDicom({ seed: known })), 'already-stored'],
      [
        await project.drop(`${seed}/different.dcm`, makeDicom({ seed: different, patientName: 'Other' })),
        'conflict',
      ],
      [await project.drop(`${seed}/text.txt`, Buffer.from('no DICOM')), 'rejected'],
      [gone, 'ignored'],
    ]);
  }

  it.each(titled(rightsOf('ingest', RIGHTS)))(
    'without %s gives back what it cannot do, loudly, and does it later',
    async (_, lost) => {
      const wanted = await arrivals();
      const worker = new WiredIngest(project.environmentOf('ingest'));
      iam.replace(without('ingest', lost, RIGHTS));
      const open: Arrival[] = [];
      for (const arrival of wanted.keys()) {
        if ((await worker.deliver(arrival.push)) !== 204) open.push(arrival);
      }
      const early = await project.takeReports();
      expect(open.length).toBeGreaterThan(0);
      expect(early).toHaveLength(wanted.size - open.length);
      expect(readLog(worker.log).isConfigurationFault).toBe(true);

      iam.replace(RIGHTS);
      for (const arrival of open) expect(await worker.deliver(arrival.push)).toBe(204);
      const reports = [...early, ...(await project.takeReports())];
      const outcomes = new Map(reports.map(({ object, outcome }) => [object?.name, outcome]));
      // What was stored before its report could be published is there already: the two are equivalent.
      const plain = (outcome = ''): string => outcome.replace('already-', '');
      expect([...wanted.keys()].map(({ object }) => plain(outcomes.get(object.name)))).toEqual(
        [...wanted.values()].map(plain),
      );
      expect((await project.stored(tripleOf({ seed: `ingest-${scenes}` })))?.length).toBeGreaterThan(0);
    },
  );
});

describe('delete', () => {
  it.each(titled(rightsOf('delete', RIGHTS)))(
    'without %s calls nothing deleted that it cannot prove, and ends right later',
    async (_, lost) => {
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

describe('export', () => {
  it.each(titled(rightsOf('export', RIGHTS)))(
    'without %s calls nothing exported that is not there, and ends right later',
    async (_, lost) => {
      const seed = `export-${scenes}`;
      const { study } = tripleOf({ seed });
      await store.put(makeDicom({ seed }));
      const taken = { seed, instance: uid(seed, 'taken') };
      await store.put(makeDicom(taken));
      const uids = tripleOf(taken);
      await project.put('exports', `${uids.study}/${uids.series}/${uids.instance}.dcm`, makeDicom(taken));
      const worker = new WiredExport(project, topic, { SLICE_INSTANCES: '1' });
      const command = {
        messageId: seed,
        content: { action: 'export', id: seed, targets: [{ study }], destination: 'gs://exports/' },
      };
      let open: PulledMessage[] = [command];
      if (lost.permission === 'storage.objects.list' && lost.resource.endsWith('/exports')) {
        // Only a slice that comes again looks for objects that are not there.
        iam.replace(without('export', { ...lost, permission: 'storage.objects.create' }, RIGHTS));
        await worker.receive(command);
        open = await worker.takeSlices();
        for (const slice of open) await worker.receive(slice);
      }
      iam.replace(without('export', lost, RIGHTS));
      for (let round = 0; round < TRIES; round += 1) {
        const again: PulledMessage[] = [];
        for (const message of open) if ((await worker.receive(message)) !== 204) again.push(message);
        open = [...again, ...(await worker.takeSlices())];
      }
      const early = await worker.takeFinalReports();
      expect(open.length).toBeGreaterThan(0);
      expect(early).toEqual([]);
      expect(readLog(worker.log).isConfigurationFault).toBe(true);

      iam.replace(RIGHTS);
      await worker.settle(open);
      const [report, ...others] = new Set(
        (await worker.takeFinalReports()).map((one) => JSON.stringify(one)),
      );
      expect(others).toEqual([]);
      expect(JSON.parse(report ?? '')).toMatchObject(DONE);
    },
  );
});
