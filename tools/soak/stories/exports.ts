import type { Dice } from '../dice.ts';
import type { DicomFile } from '../file.ts';
import type { Command, ExportedFile, Step } from '../story.ts';
import {
  always,
  covers,
  drawTarget,
  first,
  objects,
  publish,
  SETTLE,
  study,
  upload,
  type StoryKind,
  type StoryKinds,
} from './story-plan.ts';

const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const JPEG_2000_LOSSLESS = '1.2.840.10008.1.2.4.90';
const WHOLE_NAME = (file: DicomFile): string => `${file.study}/${file.series}/${file.instance}`;

const folderOf = (name: string): string => `soak/${name}/`;

/** What an export is to do beside what all of them do. */
interface Wanted {
  /** Of the command; the story's where there is one. */
  readonly id?: string;
  /** The command's own fields: targets or a query, and whatever else. */
  readonly fields: object;
  readonly ends: Command['ends'];
  /** What is planned, by name. */
  readonly planned: readonly ExportedFile[];
  /** Whether an object is written for it. @default it is */
  readonly isWritten?: (exported: ExportedFile) => boolean;
}

/** A command that exports into the story's own folder. */
function exporting(
  name: string,
  { id = `export-${name}`, fields, ends, planned, isWritten = () => true }: Wanted,
): Command {
  const folder = folderOf(name);
  return {
    topic: 'export',
    id,
    message: { action: 'export', id, destination: `gs://exports/${folder}`, ...fields },
    ends,
    targets: [],
    exports: planned.filter(isWritten),
    manifest: {
      name: `${folder}_courier/${id}/manifest.jsonl`,
      lists: planned.map((one) => one.name),
    },
  };
}

const named = (name: string, files: readonly DicomFile[], end = '.dcm'): ExportedFile[] =>
  files.map((file) => ({ name: `${folderOf(name)}${WHOLE_NAME(file)}${end}`, file }));

const stored = (name: string, files: readonly DicomFile[]): Step[] => [upload(objects(name, files)), SETTLE];

/** Exported when all of it is there, the command sent again, and its id used for something else. */
const exported: StoryKind = (name, dice) => {
  const files = study(name, dice);
  const target = drawTarget(files, dice);
  const chosen = files.filter((file) => covers(target, file));
  const command = exporting(name, {
    fields: { targets: [target] },
    ends: 'complete',
    planned: named(name, chosen),
  });
  const message = { ...(command.message as object), destination: `gs://exports/${folderOf(name)}b/` };
  const changed: Command = { ...command, id: null, message, ends: 'refused', exports: [], manifest: null };
  const isUsedAgain = dice.between(1, 3) === 1;
  return {
    steps: [
      ...stored(name, files),
      publish(command),
      ...(dice.between(0, 1) === 1 ? [publish(command)] : []),
      SETTLE,
      ...(isUsedAgain ? [publish(changed), SETTLE] : []),
    ],
    expected: always(files),
  };
};

/** In another form: one that there is, or one that the store cannot make. */
const formed: StoryKind = (name, dice) => {
  const files = study(name, dice);
  const target = drawTarget(files, dice);
  const chosen = files.filter((file) => covers(target, file));
  const asMetadata = named(name, chosen, '.json').map((one) => ({ ...one, form: 'metadata' as const }));
  const refused = { ends: 'failed', isWritten: () => false } as const;
  const [format, rest] = dice.pick<readonly [string, Omit<Wanted, 'fields'>]>([
    ['metadata', { ends: 'complete', planned: asMetadata }],
    ['metadata', { ends: 'complete', planned: asMetadata }],
    [`transferSyntax:${EXPLICIT_LITTLE_ENDIAN}`, { ends: 'complete', planned: named(name, chosen) }],
    [`transferSyntax:${JPEG_2000_LOSSLESS}`, { ...refused, planned: named(name, chosen) }],
    ['rendered', { ...refused, planned: named(name, chosen, '/0.jpg') }],
  ]);
  return {
    steps: [
      ...stored(name, files),
      publish(exporting(name, { fields: { targets: [target], format }, ...rest })),
      SETTLE,
    ],
    expected: always(files),
  };
};

/** Found by a query: all of a patient, one modality of a study, or nothing. */
const queried: StoryKind = (name, dice) => {
  const patientId = `SOAK-${name}`;
  const files = study(name, dice, dice.between(2, 3)).map((file, _, all) => ({
    ...file,
    patientId,
    modality: file.series === first(all).series ? 'CT' : 'MR',
  }));
  const { study: uid } = first(files);
  const [query, chosen] = dice.pick<readonly [object, readonly DicomFile[]]>([
    [{ PatientID: patientId }, files],
    [{ PatientID: patientId, StudyDate: '20240201-20240301' }, files],
    [{ StudyInstanceUID: uid, Modality: 'MR' }, files.filter(({ modality }) => modality === 'MR')],
    [{ PatientID: patientId, StudyDate: '20240301-' }, []],
  ]);
  return {
    steps: [
      ...stored(name, files),
      publish(exporting(name, { fields: { query }, ends: 'complete', planned: named(name, chosen) })),
      SETTLE,
    ],
    expected: always(files),
  };
};

/** A name is taken by somebody else's object, which stays unless the command may write over it. */
const taken: StoryKind = (name, dice) => {
  const files = study(name, dice, 1);
  const planned = named(name, files);
  const place = planned[dice.between(0, planned.length - 1)]?.name ?? '';
  const overwrite = dice.between(0, 1) === 1;
  const { study: uid } = first(files);
  return {
    steps: [
      ...stored(name, files),
      { kind: 'place', name: place, text: `Somebody else's, of ${name}.` },
      publish(
        exporting(name, {
          fields: { targets: [{ study: uid }], overwrite },
          ends: overwrite ? 'complete' : 'partial',
          planned,
          isWritten: (one) => overwrite || one.name !== place,
        }),
      ),
      SETTLE,
    ],
    expected: always(files),
  };
};

/** Two commands make the same objects at the same time: each finds those of the other to be the same. */
const shared: StoryKind = (name, dice) => {
  const files = study(name, dice);
  const { study: uid } = first(files);
  const wanted = {
    fields: { targets: [{ study: uid }] },
    ends: 'complete',
    planned: named(name, files),
  } as const;
  const commands = ['a', 'b'].map((end) => exporting(name, { ...wanted, id: `export-${name}-${end}` }));
  return { steps: [...stored(name, files), ...commands.map(publish), SETTLE], expected: always(files) };
};

/** Of which nothing comes: two instances would have one name, or there is nothing to export. */
const unexported: StoryKind = (name, dice) => {
  const files = study(name, dice);
  const { study: uid } = first(files);
  const nothing = dice.uid(`${name} nothing`);
  const command = dice.pick<Command>([
    {
      ...exporting(name, {
        fields: { targets: [{ study: uid }], layout: 'all/{StudyInstanceUID}.dcm' },
        ends: 'failed',
        planned: [],
      }),
      manifest: null,
    },
    exporting(name, { fields: { targets: [{ study: nothing }] }, ends: 'failed', planned: [] }),
    exporting(name, {
      fields: { targets: [{ study: uid }, { study: nothing }] },
      ends: 'partial',
      planned: named(name, files),
    }),
  ]);
  return { steps: [...stored(name, files), publish(command), SETTLE], expected: always(files) };
};

/** Messages that are no commands, and come to nothing but a report. */
const misordered: StoryKind = (name, dice) => {
  const nothing = { id: null, ends: 'refused', targets: [], exports: [], manifest: null } as const;
  const steps = Array.from({ length: 2 }, () => publish({ ...nothing, ...drawWrong(name, dice) }));
  return { steps: [...steps, SETTLE], expected: [] };
};

function drawWrong(name: string, dice: Dice): Pick<Command, 'topic' | 'message'> {
  const uid = dice.uid(`${name} wrong`);
  const destination = 'gs://exports/soak/';
  const targets = [{ study: uid }];
  return dice.pick<Pick<Command, 'topic' | 'message'>>([
    { topic: 'delete', message: '{"action":"delete"' },
    { topic: 'delete', message: { action: 'delete', targets: [] } },
    { topic: 'delete', message: { action: 'purge', targets } },
    { topic: 'delete', message: { action: 'delete', targets: [{ series: uid }] } },
    { topic: 'delete', message: { action: 'cleanup', olderThan: 'P1Y', age: 'study-date' } },
    { topic: 'delete', message: '' },
    { topic: 'export', message: 'not json' },
    { topic: 'export', message: '' },
    { topic: 'export', message: { action: 'export', targets: [{ study: 'x' }] } },
    { topic: 'export', message: { action: 'export', targets, destination: 'gs://elsewhere/' } },
    { topic: 'export', message: { action: 'export', targets, destination, layout: '../{StudyID}' } },
    { topic: 'export', message: { action: 'export', query: { PatientID: '*' }, destination } },
    { topic: 'export', message: { action: 'export-slice', id: `none-${name}`, slice: 0 } },
  ]);
}

export const EXPORTS: StoryKinds = [
  ['exported', exported],
  ['exported', exported],
  ['formed', formed],
  ['queried', queried],
  ['taken', taken],
  ['shared', shared],
  ['unexported', unexported],
  ['misordered', misordered],
];
