import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { IngestReport } from '../../src/domain/report.ts';
import type { ExportReport } from '../../src/usecases/export/finish-export.ts';
import { LocalProject } from '../support/local-project.ts';
import { projectRights } from '../support/rights.ts';
import { StandInStore } from '../support/stand-in-store.ts';
import { makeDicom, tripleOf, uid } from '../support/synthetic-dicom.ts';
import { WiredExport } from '../support/wired-export.ts';
import { WiredIngest } from '../support/wired-ingest.ts';

const SEED = 'export into inbox';
const BACK = 'gs://inbox/back/';
const { study, series } = tripleOf({ seed: SEED });
const INSTANCES = [1, 2, 3].map((number) => uid(SEED, number));
const NAMES = [
  ...INSTANCES.map((instance) => `back/${study}/${series}/${instance}.dcm`),
  'back/_courier/round-trip/manifest.jsonl',
].sort();

describe('an export into the inbox', () => {
  let project: LocalProject;
  let before: string[];
  let after: string[];
  let exported: ExportReport[];
  let statuses: number[];
  let ingests: IngestReport[];

  beforeAll(async () => {
    project = await LocalProject.start({}, projectRights({ destination: BACK }));
    const store = new StandInStore(project.environment);
    for (const instance of INSTANCES) await store.put(makeDicom({ seed: SEED, instance }));
    before = await store.uids();
    const worker = new WiredExport(project, await WiredExport.subscribe(project), {
      EXPORT_DESTINATIONS: BACK,
    });
    const targets = [{ study }];
    const content = { action: 'export', id: 'round-trip', targets, destination: BACK };
    await worker.settle([{ messageId: 'round-trip', content }]);
    exported = await worker.takeFinalReports();

    const ingest = new WiredIngest(project.environment);
    statuses = [];
    for (const push of project.takeNotifications()) statuses.push(await ingest.deliver(push));
    ingests = await project.takeReports();
    after = await store.uids();
  });

  afterAll(() => project.close());

  it('leaves the objects and the manifest there', async () => {
    expect(exported).toMatchObject([{ status: 'complete', counts: { exported: INSTANCES.length } }]);
    expect(await project.names('inbox')).toEqual(NAMES);
  });

  it('is ignored by ingest, object by object, as output of its own', () => {
    expect(statuses).toEqual(NAMES.map(() => 204));
    const told = ingests.map(({ object, outcome, reason }) => ({ name: object?.name, outcome, reason }));
    expect(told.sort((a, b) => String(a.name).localeCompare(String(b.name)))).toEqual(
      NAMES.map((name) => ({ name, outcome: 'ignored', reason: 'own-output' })).sort((a, b) =>
        a.name.localeCompare(b.name),
      ),
    );
  });

  it('leaves the store as it was', () => {
    expect(after).toEqual(before);
  });
});
