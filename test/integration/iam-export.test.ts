import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readLog } from '../conformance/log.ts';
import { LocalProject } from '../support/local-project.ts';
import type { PulledMessage, PulledMessages } from '../support/pulled-messages.ts';
import { projectRights, rightsOf, titled, without } from '../support/rights.ts';
import { StandInStore } from '../support/stand-in-store.ts';
import { makeDicom, tripleOf, uid } from '../support/synthetic-dicom.ts';
import { WiredExport } from '../support/wired-export.ts';

/** Deliveries while a right is missing: enough to come to every call. */
const TRIES = 8;
const FOREIGN = Buffer.from('an object of somebody else');

/** What may be set, and given rights for. */
const SETTINGS = [
  { destination: 'gs://exports/', allowOverwrite: false },
  { destination: 'gs://exports/', allowOverwrite: true },
  { destination: 'gs://exports/site-a/', allowOverwrite: false },
  { destination: 'gs://exports/site-a/', allowOverwrite: true },
] as const;

let project: LocalProject;
let store: StandInStore;
let topic: PulledMessages;
let scenes = 0;

beforeAll(async () => {
  project = await LocalProject.start();
  store = new StandInStore(project.environment);
  topic = await WiredExport.subscribe(project);
});
afterAll(() => project.close());
beforeEach(() => {
  scenes += 1;
});

describe.each(SETTINGS)('export to $destination, ALLOW_OVERWRITE=$allowOverwrite', (settings) => {
  const { destination, allowOverwrite } = settings;
  const rights = projectRights(settings);

  /** A study of two instances; the name of the second one is taken. */
  async function fill(seed: string): Promise<Map<string, Buffer>> {
    const options = [{ seed }, { seed, instance: uid(seed, 'taken') }];
    const content = new Map<string, Buffer>();
    for (const one of options) {
      const { study, series, instance } = tripleOf(one);
      const prefix = destination.replace('gs://exports/', '');
      content.set(`${prefix}${study}/${series}/${instance}.dcm`, makeDicom(one));
      await store.put(makeDicom(one));
    }
    const [, [name, bytes] = ['', FOREIGN]] = content;
    await project.put('exports', name, allowOverwrite ? FOREIGN : bytes);
    return content;
  }

  it.each(titled(rightsOf('export', rights)))(
    'without %s calls nothing exported that is not there, and ends right later',
    async (_, lost) => {
      const seed = `export-${scenes}`;
      const content = await fill(seed);
      const worker = new WiredExport(project, topic, {
        SLICE_INSTANCES: '1',
        EXPORT_DESTINATIONS: destination,
        ALLOW_OVERWRITE: String(allowOverwrite),
      });
      const targets = [{ study: tripleOf({ seed }).study }];
      const command = {
        messageId: seed,
        content: { action: 'export', id: seed, targets, destination, overwrite: allowOverwrite },
      };
      const { iam } = project.guards;
      let open: PulledMessage[] = [command];
      if (lost.permission === 'storage.objects.list' && lost.resource.endsWith('/exports')) {
        // Only a slice that comes again looks for objects that are not there.
        iam.replace(without('export', { ...lost, permission: 'storage.objects.create' }, rights));
        await worker.receive(command);
        open = await worker.takeSlices();
        for (const slice of open) await worker.receive(slice);
      }
      iam.replace(without('export', lost, rights));
      for (let round = 0; round < TRIES; round += 1) {
        const again: PulledMessage[] = [];
        for (const message of open) if ((await worker.receive(message)) !== 204) again.push(message);
        open = [...again, ...(await worker.takeSlices())];
      }
      const early = await worker.takeFinalReports();
      expect(open.length).toBeGreaterThan(0);
      expect(early).toEqual([]);
      expect(readLog(worker.log).isConfigurationFault).toBe(true);
      if (lost.permission === 'storage.objects.delete') {
        const [, taken = ''] = content.keys();
        expect(await project.read('exports', taken)).toEqual(FOREIGN);
      }

      iam.replace(rights);
      await worker.settle(open);
      const [report, ...others] = new Set(
        (await worker.takeFinalReports()).map((one) => JSON.stringify(one)),
      );
      expect(others).toEqual([]);
      expect(JSON.parse(report ?? '')).toMatchObject({
        status: 'complete',
        counts: allowOverwrite ? { exported: 2 } : { exported: 1, 'already-exported': 1 },
      });
      for (const [name, bytes] of content)
        expect((await project.read('exports', name)).equals(bytes)).toBe(true);
    },
  );
});
