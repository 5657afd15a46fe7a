import { toTarget } from '../../src/domain/dicom/target.ts';
import type { InstanceUids } from '../../src/domain/dicom/instance-uids.ts';
import { planName } from '../../src/domain/export/export-names.ts';
import type { ExportScene } from './export-scenes.ts';
import { COMMAND, makeInstances, nameOf, type ExportWorld } from './export-world.ts';
import { makeDicom } from './synthetic-dicom.ts';

/** Scenes of queries, of other forms than the stored one, and of plans that come to nothing. */

const STUDY = '1.20';
const [FIRST = missing(), SECOND = missing(), THIRD = missing(), FOURTH = missing()] = makeInstances(
  4,
  STUDY,
);
const COMPRESSED = '1.2.840.10008.1.2.4.80';
const PATIENT_ID = '00100020';
const NUMBER_OF_FRAMES = '00280008';
const OWN = metadataOf('A');
const OTHER = metadataOf('B');

const WHOLE_STUDY = {
  settings: { retrieveBy: 'auto', sliceInstances: 2 },
  command: { ...COMMAND, targets: [{ study: STUDY }] },
  before: new Map(),
  conflicts: [],
  targets: ['exported'],
  slices: 2,
} as const;

export const EXPORT_FORM_SCENES: readonly ExportScene[] = [
  {
    ...WHOLE_STUDY,
    name: 'what a query finds, and of it what matches by itself',
    command: { ...COMMAND, targets: undefined, query: { PatientID: 'A' } },
    arrange(world) {
      putOriginal(world, FIRST, 'A', OWN);
      putOriginal(world, SECOND, 'A', OWN);
      // The search says one thing, and the instance another.
      putOriginal(world, THIRD, 'A', OTHER);
      putOriginal(world, FOURTH, 'B', OTHER);
    },
    after: originalsOf([FIRST, SECOND]),
    others: { excluded: 1 },
    // That something is left out that does not match.
    problems: 1,
  },
  {
    ...WHOLE_STUDY,
    name: 'images of frames',
    command: { ...WHOLE_STUDY.command, format: 'rendered:image/png' },
    arrange(world) {
      const frames = [1, 2, 3].map((frame) => [`rendered:image/png ${frame}`, imageOf(FIRST, frame)]);
      put(world, FIRST, { [NUMBER_OF_FRAMES]: ['3'] }, Object.fromEntries(frames) as Record<string, Buffer>);
      put(world, SECOND, {}, { 'rendered:image/png': imageOf(SECOND, 0) });
      put(world, THIRD, { [NUMBER_OF_FRAMES]: ['5'] }, {});
    },
    after: new Map([
      ...[1, 2, 3].map((frame) => [frameNameOf(FIRST, frame), imageOf(FIRST, frame)] as const),
      [frameNameOf(SECOND, 0), imageOf(SECOND, 0)],
    ]),
    others: { failed: 1 },
    problems: 1,
    targets: ['partial'],
    slices: 3,
  },
  {
    ...WHOLE_STUDY,
    name: 'another transfer syntax, which the store does not have for all',
    command: { ...WHOLE_STUDY.command, format: `transferSyntax:${COMPRESSED}` },
    arrange(world) {
      for (const uids of [FIRST, FOURTH])
        put(world, uids, {}, { [`transferSyntax:${COMPRESSED}`]: fileOf(uids, COMPRESSED) });
      // One is not transcoded, and one is refused.
      put(world, SECOND, {}, { [`transferSyntax:${COMPRESSED}`]: fileOf(SECOND) });
      put(world, THIRD, {}, {});
    },
    after: new Map([FIRST, FOURTH].map((uids) => [nameOf(uids), fileOf(uids, COMPRESSED)])),
    others: { failed: 2 },
    problems: 2,
    targets: ['partial'],
  },
  {
    ...WHOLE_STUDY,
    name: 'metadata',
    command: { ...WHOLE_STUDY.command, format: 'metadata' },
    arrange(world) {
      for (const uids of [FIRST, SECOND, FOURTH]) putOriginal(world, uids, 'A', OWN);
    },
    after: new Map([FIRST, SECOND, FOURTH].map((uids) => [nameOf(uids).replace(/dcm$/, 'json'), OWN])),
  },
  {
    ...WHOLE_STUDY,
    name: 'a study of which an instance goes and one comes meanwhile',
    arrange(world) {
      for (const uids of [FIRST, SECOND, THIRD]) putOriginal(world, uids, 'A', OWN);
      oncePlanned(world, async () => {
        world.retrieval.remove(SECOND);
        const target = toTarget({
          study: STUDY,
          series: SECOND.seriesInstanceUid,
          instance: SECOND.sopInstanceUid,
        });
        await world.archive.delete(target, new AbortController().signal);
        putOriginal(world, FOURTH, 'A', OWN);
      });
    },
    after: originalsOf([FIRST, THIRD]),
    others: { absent: 1 },
    // That it is absent, that it has gone, and that another has come.
    problems: 3,
    targets: ['partial'],
  },
  {
    ...WHOLE_STUDY,
    name: 'nothing, because two would have one name',
    command: { ...WHOLE_STUDY.command, layout: '{StudyInstanceUID}.dcm' },
    arrange(world) {
      for (const uids of [FIRST, SECOND]) putOriginal(world, uids, 'A', OWN);
    },
    after: new Map(),
    isRefused: true,
    problems: 1,
    targets: [],
    slices: 0,
  },
  {
    ...WHOLE_STUDY,
    name: 'nothing, because nothing is there',
    after: new Map(),
    targets: ['absent'],
    slices: 0,
  },
];

function putOriginal(world: ExportWorld, uids: InstanceUids, patientId: string, metadata: Buffer): void {
  put(world, uids, { [PATIENT_ID]: [patientId] }, { original: fileOf(uids), metadata });
}

function put(
  { archive, retrieval }: ExportWorld,
  uids: InstanceUids,
  attributes: Readonly<Record<string, readonly string[]>>,
  forms: Readonly<Record<string, Buffer>>,
): void {
  archive.put(uids, attributes);
  retrieval.put(uids, forms);
}

/** Has something happen as soon as a plan is there, once. */
function oncePlanned({ state }: ExportWorld, happen: () => Promise<void>): void {
  const create = state.create.bind(state);
  state.create = async (name, ...rest) => {
    const answer = await create(name, ...rest);
    if (answer === 'created' && name === planName(COMMAND.id)) await happen();
    return answer;
  };
}

function originalsOf(instances: readonly InstanceUids[]): ReadonlyMap<string, Buffer> {
  return new Map(instances.map((uids) => [nameOf(uids), fileOf(uids)]));
}

function fileOf(
  { studyInstanceUid: study, seriesInstanceUid: series, sopInstanceUid: instance }: InstanceUids,
  transferSyntax?: string,
): Buffer {
  const coding = transferSyntax === undefined ? {} : { transferSyntax };
  return makeDicom({ seed: instance, study, series, instance, ...coding });
}

function metadataOf(patientId: string): Buffer {
  return Buffer.from(JSON.stringify([{ [PATIENT_ID]: { vr: 'LO', Value: [patientId] } }]));
}

/** An image, as far as anybody looks at it. */
function imageOf({ sopInstanceUid }: InstanceUids, frame: number): Buffer {
  return Buffer.from(`frame ${frame} of ${sopInstanceUid}`);
}

function frameNameOf(uids: InstanceUids, frame: number): string {
  return nameOf(uids).replace(/\.dcm$/, `/${frame}.png`);
}

function missing(): never {
  throw new Error('There is no such instance.');
}
