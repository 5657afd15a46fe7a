import { formatInstancePath, type InstanceUids } from '../../src/domain/dicom/instance-uids.ts';
import type { ExportSettings } from '../../src/usecases/export/export-dependencies.ts';
import type { ItemOutcome } from '../../src/domain/export/item-result.ts';
import { EXPORT_FORM_SCENES } from './export-form-scenes.ts';
import { COMMAND, ExportWorld, makeInstances, nameOf } from './export-world.ts';
import { makeDicom } from './synthetic-dicom.ts';

/** An export into a bucket where some names are taken, and what has to be left of it, however often its messages came. */
export interface ExportScene {
  readonly name: string;
  readonly settings: Partial<ExportSettings>;
  readonly command: Readonly<Record<string, unknown>>;
  /** Puts more into the store, and lets something happen meanwhile. */
  readonly arrange?: (world: ExportWorld) => void;
  /** What is in the bucket before, by name. */
  readonly before: ReadonlyMap<string, Buffer>;
  /** The objects that have to be there in the end. */
  readonly after: ReadonlyMap<string, Buffer>;
  /** Those of them that are somebody else's, and left as they were. */
  readonly conflicts: readonly string[];
  /** What the report says of each target. */
  readonly targets: readonly string[];
  readonly slices: number;
  /** What became of that of which there is no object, by outcome. */
  readonly others?: Readonly<Partial<Record<ItemOutcome, number>>>;
  /** How many problems the report names. @default one for each conflict */
  readonly problems?: number;
  /** Whether nothing is exported, and no manifest made. */
  readonly isRefused?: boolean;
  /** Whether each kill is followed by every kind of redelivery, and not by one of them in turn. */
  readonly isThorough?: boolean;
}

/** Some is asked for as a study, some as a series, and one by itself. */
const STUDY = makeInstances(7, '1.2');
const WANTED = [...STUDY, ...makeInstances(3, '1.3'), ...makeInstances(1, '1.4'), ...makeInstances(3, '1.5')];
const TARGETS = [
  { study: '1.2' },
  { study: '1.3', series: '1.3.1' },
  { study: '1.9' },
  { study: '1.4', series: '1.4.1', instance: '1.4.9.1' },
  { study: '1.5', series: '1.5.1' },
];
/** One series of more instances than one comes by itself for. */
const LONG_SERIES = makeInstances(9, '1.7').map((uids) => ({ ...uids, seriesInstanceUid: '1.7.1' }));
const UNWANTED = [
  ...makeInstances(5, '1.3').slice(3),
  ...makeInstances(2, '1.4').slice(1),
  ...makeInstances(1, '1.6'),
];
const LARGE_SERIES = makeInstances(3, '1.8');
/** A series of more instances than a slice, and one that fits. */
const CUT_SERIES = makeInstances(9, '1.10').map((uids, index) => ({
  ...uids,
  seriesInstanceUid: index < 6 ? '1.10.1' : '1.10.2',
}));
const STORED = [...WANTED, ...LONG_SERIES, ...LARGE_SERIES, ...CUT_SERIES, ...UNWANTED];

/** Too large to be held while the stream of its series goes on, which has to wait for it. */
const LARGE = '1.8.9.2';
const LARGE_BYTES = 65_536 * 65;

const BYTES = new Map(STORED.map((uids) => [formatInstancePath(uids), makeBytes(uids)]));

/** Under the name of one instance there is something else, and under that of another one the very same. */
const [, TAKEN = missing(), , , SAME = missing()] = STUDY;
const BEFORE = new Map([
  [nameOf(TAKEN), Buffer.from('This is somebody else’s.')],
  [nameOf(SAME), bytesOf(SAME)],
]);

const overTaken = (retrieveBy: 'instance' | 'series'): ExportScene => ({
  name: `several targets over what is there, by ${retrieveBy}`,
  settings: { retrieveBy, sliceInstances: 5 },
  isThorough: true,
  command: { ...COMMAND, targets: TARGETS, overwrite: true },
  before: BEFORE,
  after: objectsOf(WANTED),
  conflicts: [],
  targets: ['exported', 'exported', 'absent', 'exported', 'exported'],
  slices: 4,
});

const besideTaken = (retrieveBy: 'instance' | 'series'): ExportScene => ({
  ...overTaken(retrieveBy),
  name: `several targets beside what is there, by ${retrieveBy}`,
  command: { ...COMMAND, targets: TARGETS },
  after: new Map([...objectsOf(WANTED), ...BEFORE]),
  conflicts: [nameOf(TAKEN)],
  targets: ['partial', 'exported', 'absent', 'exported', 'exported'],
});

export const EXPORT_SCENES: readonly ExportScene[] = [
  besideTaken('instance'),
  besideTaken('series'),
  overTaken('instance'),
  overTaken('series'),
  wholeStudy('one series of many, by what pays off', 'auto', '1.7', LONG_SERIES),
  wholeStudy('one series with a large instance, by series', 'series', '1.8', LARGE_SERIES),
  {
    ...wholeStudy('a series that is larger than a slice, by series', 'series', '1.10', CUT_SERIES),
    settings: { retrieveBy: 'series', sliceInstances: 4 },
    slices: 3,
    isThorough: false,
  },
  ...EXPORT_FORM_SCENES,
];

function wholeStudy(
  name: string,
  retrieveBy: ExportSettings['retrieveBy'],
  study: string,
  instances: readonly InstanceUids[],
): ExportScene {
  return {
    name,
    settings: { retrieveBy, sliceInstances: 100 },
    command: { ...COMMAND, targets: [{ study }] },
    before: new Map(),
    after: objectsOf(instances),
    conflicts: [],
    targets: ['exported'],
    slices: 1,
    isThorough: true,
  };
}

export function makeExportWorld({ settings, before, arrange }: ExportScene): ExportWorld {
  const world = new ExportWorld({ settings });
  world.retrieval.blockBytes = 1024 * 1024;
  // Nobody knows beforehand how long an object will be, so the large one is sent little by little.
  world.retrieval.tellsSize = false;
  for (const uids of STORED) {
    world.archive.put(uids);
    world.retrieval.put(uids, { original: bytesOf(uids) });
  }
  for (const [name, bytes] of before) world.buckets.put(`exports/${name}`, bytes);
  arrange?.(world);
  return world;
}

function objectsOf(instances: readonly InstanceUids[]): ReadonlyMap<string, Buffer> {
  return new Map(instances.map((uids) => [nameOf(uids), bytesOf(uids)]));
}

function bytesOf(uids: InstanceUids): Buffer {
  return BYTES.get(formatInstancePath(uids)) ?? missing();
}

function makeBytes({
  studyInstanceUid: study,
  seriesInstanceUid: series,
  sopInstanceUid,
}: InstanceUids): Buffer {
  const pixelBytes = sopInstanceUid === LARGE ? LARGE_BYTES : 16;
  return makeDicom({ seed: sopInstanceUid, study, series, instance: sopInstanceUid, pixelBytes });
}

function missing(): never {
  throw new Error('There is no such instance.');
}
