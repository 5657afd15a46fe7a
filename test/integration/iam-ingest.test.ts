import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readLog } from '../conformance/log.ts';
import { LocalProject, type Arrival } from '../support/local-project.ts';
import { projectRights, rightsOf, titled, without } from '../support/rights.ts';
import { StandInStore } from '../support/stand-in-store.ts';
import { makeDicom, tripleOf } from '../support/synthetic-dicom.ts';
import { WiredIngest } from '../support/wired-ingest.ts';

const SETTINGS = {
  keep: {},
  delete: { AFTER_STORE: 'delete' },
  archive: { AFTER_STORE: 'archive', ARCHIVE_BUCKET: 'archive' },
} as const;
type AfterStore = keyof typeof SETTINGS;

/** An object on its way, and what it comes to. */
interface Dropped {
  readonly arrival: Arrival;
  readonly bytes: Buffer;
  readonly outcome: 'stored' | 'already-stored' | 'conflict' | 'rejected' | 'ignored';
}

let project: LocalProject;
let store: StandInStore;
let scenes = 0;

beforeAll(async () => {
  project = await LocalProject.start({ identicalDuplicate: 'conflict' });
  store = new StandInStore(project.environment);
});
afterAll(() => project.close());
beforeEach(() => {
  scenes += 1;
});

/** One object for each way through the function. */
async function dropAll(seed: string): Promise<Dropped[]> {
  const [known, different] = [`${seed}-known`, `${seed}-different`];
  await store.put(makeDicom({ seed: known }));
  await store.put(makeDicom({ seed: different }));
  const drop = async (name: string, bytes: Buffer, outcome: Dropped['outcome']): Promise<Dropped> => ({
    arrival: await project.drop(`${seed}/${name}`, bytes),
    bytes,
    outcome,
  });
  const gone = await drop('gone.dcm', Buffer.from('gone'), 'ignored');
  await project.remove('inbox', `${seed}/gone.dcm`);
  return [
    await drop('new.dcm', makeDicom({ seed }), 'stored'),
    await drop('known.dcm', makeDicom({ seed: known }), 'already-stored'),
    await drop('different.dcm', makeDicom({ seed: different, patientName: 'Other' }), 'conflict'),
    await drop('text.txt', Buffer.from('no DICOM'), 'rejected'),
    gone,
  ];
}

const nameOf = ({ arrival }: Dropped): string => arrival.object.name;
const isStored = ({ outcome }: Dropped): boolean => outcome === 'stored' || outcome === 'already-stored';

/** The bytes of what was moved out of the inbox, by the names that they have in the archive. */
const archivedNames = (dropped: readonly Dropped[]): string[] =>
  dropped
    .filter(isStored)
    .map(({ arrival: { object } }) => `${object.generation}/${object.name}`)
    .sort();

describe.each(Object.keys(SETTINGS) as AfterStore[])('ingest with AFTER_STORE=%s', (afterStore) => {
  const rights = projectRights({ afterStore });

  it.each(titled(rightsOf('ingest', rights)))(
    'without %s gives back what it cannot do, loudly, and does it later',
    async (_, lost) => {
      const seed = `${afterStore}-${scenes}`;
      const dropped = await dropAll(seed);
      const worker = new WiredIngest({ ...project.environmentOf('ingest'), ...SETTINGS[afterStore] });
      project.guards.iam.replace(without('ingest', lost, rights));
      const open: Dropped[] = [];
      for (const one of dropped) if ((await worker.deliver(one.arrival.push)) !== 204) open.push(one);
      const early = await project.takeReports();
      expect(open.length).toBeGreaterThan(0);
      // What becomes of the object in the inbox comes behind the report on it.
      const isBehindReport =
        lost.permission === 'storage.objects.delete' || lost.resource.endsWith('/archive');
      expect(early).toHaveLength(isBehindReport ? dropped.length : dropped.length - open.length);
      expect(readLog(worker.log).isConfigurationFault).toBe(true);
      const left = open.filter(({ outcome }) => outcome !== 'ignored').map(nameOf);
      expect(await project.names('inbox', seed)).toEqual(expect.arrayContaining(left));

      project.guards.iam.replace(rights);
      for (const { arrival } of open) expect(await worker.deliver(arrival.push)).toBe(204);
      const reports = [...early, ...(await project.takeReports())];
      const outcomes = new Map(reports.map(({ object, outcome }) => [object?.name, outcome]));
      // What was stored before its report could be published is there already: the two are equivalent.
      const plain = (outcome = ''): string => outcome.replace('already-', '');
      expect(dropped.map((one) => plain(outcomes.get(nameOf(one))))).toEqual(
        dropped.map(({ outcome }) => plain(outcome)),
      );
      await expectInPlace(seed, dropped);
    },
  );

  /** Every object is where the settings say, byte for byte, and nowhere else. */
  async function expectInPlace(seed: string, dropped: readonly Dropped[]): Promise<void> {
    const stays = (one: Dropped): boolean =>
      one.outcome !== 'ignored' && (afterStore === 'keep' || !isStored(one));
    expect(await project.names('inbox', seed)).toEqual(dropped.filter(stays).map(nameOf).sort());
    const wanted = dropped.find(({ outcome }) => outcome === 'stored')?.bytes;
    expect(await project.stored(tripleOf({ seed }))).toEqual(wanted);
    if (afterStore !== 'archive') return;
    const names = await project.names('archive');
    expect(names.filter((name) => name.includes(`${seed}/`))).toEqual(archivedNames(dropped));
    for (const { arrival, bytes } of dropped.filter(isStored)) {
      const { generation, name } = arrival.object;
      expect((await project.read('archive', `${generation}/${name}`)).equals(bytes)).toBe(true);
    }
  }
});
