import type { Dice } from './dice.ts';
import type { Content, DicomFile } from './file.ts';
import type { Command, Expected, Step, Upload } from './story.ts';

/** What a kind of story is made of. */
export interface StoryPlan {
  readonly steps: readonly Step[];
  readonly expected: readonly Expected[];
}

/** @param name of the story: in the names of all it makes. */
export type StoryKind = (name: string, dice: Dice) => StoryPlan;

const SETTLE: Step = { kind: 'settle' };
const STORED = ['stored'];
/** Also what comes once more when it has been deleted, e.g. because nobody heard of the first time. */
const STORED_AND_DELETED = ['stored', 'rejected deleted-before'];

const always = (files: readonly DicomFile[]): Expected[] =>
  files.map((file) => ({ files: [file], isOptional: false }));
const upload = (uploads: readonly Upload[]): Step => ({ kind: 'upload', uploads });
const object = (name: string, file: DicomFile, outcomes: readonly string[] = STORED): Upload => ({
  name: `${name}.dcm`,
  content: { kind: 'dicom', file },
  outcomes,
});
const objects = (name: string, files: readonly DicomFile[]): Upload[] =>
  files.map((file, index) => object(`${name}/${index}`, file));
/** Objects of which the target is deleted later. */
const doomed = (name: string, files: readonly DicomFile[], target: Target): Upload[] =>
  files.map((file, index) =>
    object(`${name}/${index}`, file, covers(target, file) ? STORED_AND_DELETED : STORED),
  );

/** A study of some series, each with some instances. */
function study(name: string, dice: Dice, seriesCount = dice.between(1, 3)): DicomFile[] {
  return Array.from({ length: seriesCount }, (_, series) =>
    Array.from({ length: dice.between(2, 6) }, (__, instance) => ({
      study: dice.uid(`${name} study`),
      series: dice.uid(`${name} series ${series}`),
      instance: dice.uid(`${name} instance ${series} ${instance}`),
      variant: 0,
      sizeBytes: 2 * dice.between(1000, 10_000),
    })),
  ).flat();
}

const other = (file: DicomFile): DicomFile => ({ ...file, variant: file.variant + 1 });
const first = (files: readonly DicomFile[]): DicomFile => {
  const [file] = files;
  if (file === undefined) throw new Error('A study without instances.');
  return file;
};

interface Target {
  readonly study: string;
  readonly series?: string;
  readonly instance?: string;
}
const nameOf = ({ study: a, series, instance }: Target): string =>
  [a, series, instance].filter((uid) => uid !== undefined).join('/');
const covers = (target: Target, file: DicomFile): boolean =>
  target.study === file.study &&
  (target.series ?? file.series) === file.series &&
  (target.instance ?? file.instance) === file.instance;

/** The study, the first series of it, or its first instance. */
function drawTarget(files: readonly DicomFile[], dice: Dice): Target {
  const { study: uid, series, instance } = first(files);
  return dice.pick<Target>([{ study: uid }, { study: uid, series }, { study: uid, series, instance }]);
}

const remove = (id: string, target: Target, ends: Command['ends'] = 'complete', gone = true): Command => ({
  topic: 'delete',
  id,
  message: { action: 'delete', id, targets: [target] },
  ends,
  targets: gone ? [nameOf(target)] : [],
  exports: [],
});
const publish = (command: Command): Step => ({ kind: 'publish', command });

/** Objects that come, some of them twice and under other names. */
const ingest: StoryKind = (name, dice) => {
  const files = study(name, dice);
  const again = files.filter(() => dice.between(1, 4) === 1);
  const twice = objects(`${name}/again`, again);
  const steps: Step[] = [upload([...objects(name, files), ...(dice.between(0, 1) === 1 ? twice : [])])];
  return {
    steps: [...steps, SETTLE, upload(twice.map((one) => ({ ...one, name: `late/${one.name}` }))), SETTLE],
    expected: always(files),
  };
};

/** Others under the UIDs of those that are there. */
const conflict: StoryKind = (name, dice) => {
  const files = study(name, dice, 1);
  const others = files
    .filter(() => dice.between(0, 1) === 1)
    .map((file, index) => object(`${name}/other/${index}`, other(file), ['conflict different-content']));
  return { steps: [upload(objects(name, files)), SETTLE, upload(others), SETTLE], expected: always(files) };
};

/** Two under the same UIDs at the same time: one of them is stored, whichever it is. */
const contest: StoryKind = (name, dice) => {
  const files = study(name, dice, 1);
  const outcomes = ['stored', 'conflict different-content'];
  const both = files.flatMap((file, index) => [
    object(`${name}/a/${index}`, file, outcomes),
    object(`${name}/b/${index}`, other(file), outcomes),
  ]);
  return {
    steps: [upload(both), SETTLE],
    expected: files.map((file) => ({ files: [file, other(file)], isOptional: false })),
  };
};

/** What can never become an instance. */
const junk: StoryKind = (name, dice) => {
  const torn = (index: number): Content => {
    const file = first(study(`${name} ${index}`, dice, 1));
    return { kind: 'torn', file, sizeBytes: dice.between(330, 360) };
  };
  const uploads = Array.from({ length: dice.between(3, 8) }, (_, index): Upload => {
    const [content, reason] = dice.pick<readonly [Content, string]>([
      [{ kind: 'text', text: `Dear colleague, this is letter ${index} of ${name}.` }, 'not-dicom'],
      [{ kind: 'zip', text: `${name} ${index}`.padEnd(200) }, 'archive'],
      [{ kind: 'empty' }, 'empty-object'],
      [torn(index), 'damaged'],
    ]);
    return { name: `${name}/${index}.bin`, content, outcomes: [`rejected ${reason}`] };
  });
  return { steps: [upload(uploads), SETTLE], expected: [] };
};

/** Objects that are replaced, at once or when they have been stored. */
const overwrite: StoryKind = (name, dice) => {
  const files = study(name, dice, 2);
  const half = Math.floor(files.length / 2);
  const before = files.slice(0, half);
  const after = files.slice(half, 2 * half);
  const isAtOnce = dice.between(0, 1) === 1;
  const replaced = objects(name, before).map((one) => ({
    ...one,
    outcomes: ['stored', 'ignored generation-gone'],
  }));
  const successors = upload(objects(name, after));
  return {
    steps: [upload(replaced), ...(isAtOnce ? [] : [SETTLE]), successors, SETTLE],
    expected: [...before.map((file) => ({ files: [file], isOptional: isAtOnce })), ...always(after)],
  };
};

/** Exported when all of it is there, the command sent again, and its id used for something else. */
const exported: StoryKind = (name, dice) => {
  const files = study(name, dice);
  const target = drawTarget(files, dice);
  const prefix = `soak/${name}/`;
  const id = `export-${name}`;
  const message = { action: 'export', id, targets: [target], destination: `gs://exports/${prefix}` };
  const chosen = files.filter((file) => covers(target, file));
  const command: Command = {
    topic: 'export',
    id,
    message,
    ends: 'complete',
    targets: [],
    exports: chosen.map((file) => ({
      name: `${prefix}${file.study}/${file.series}/${file.instance}.dcm`,
      file,
    })),
  };
  const changed = {
    ...command,
    id: null,
    message: { ...message, destination: `gs://exports/${prefix}b/` },
    exports: [],
  };
  const isUsedAgain = dice.between(1, 3) === 1;
  return {
    steps: [
      upload(objects(name, files)),
      SETTLE,
      publish(command),
      ...(dice.between(0, 1) === 1 ? [publish(command)] : []),
      SETTLE,
      ...(isUsedAgain ? [publish({ ...changed, ends: 'refused' }), SETTLE] : []),
    ],
    expected: always(files),
  };
};

/** Deleted when all of it is there; sometimes sent once more afterwards. */
const deleted: StoryKind = (name, dice) => {
  const files = study(name, dice);
  const target = drawTarget(files, dice);
  const command = remove(`delete-${name}`, target);
  const gone = files.filter((file) => covers(target, file));
  const back = dice.between(0, 1) === 1 ? gone : [];
  const rest = files.filter((file) => !covers(target, file));
  return {
    steps: [
      upload(doomed(name, files, target)),
      SETTLE,
      publish(command),
      ...(dice.between(1, 3) === 1 ? [publish(command)] : []),
      SETTLE,
      upload(objects(`${name}/back`, back)),
      SETTLE,
    ],
    expected: always([...rest, ...back]),
  };
};

/** A series is deleted while others of its study come. */
const beside: StoryKind = (name, dice) => {
  const files = study(name, dice, 3);
  const { study: uid, series } = first(files);
  const target = { study: uid, series };
  const going = files.filter((file) => covers(target, file));
  const coming = files.filter((file) => !covers(target, file));
  return {
    steps: [
      upload(doomed(name, going, target)),
      SETTLE,
      publish(remove(`delete-${name}`, target)),
      upload(objects(`${name}/coming`, coming)),
      SETTLE,
    ],
    expected: always(coming),
  };
};

/** A hold forbids it. */
const held: StoryKind = (name, dice) => {
  const files = study(name, dice);
  const { study: uid, series } = first(files);
  const hold: Step = { kind: 'hold', target: dice.between(0, 1) === 1 ? uid : `${uid}/${series}` };
  const target = dice.pick<Target>([{ study: uid }, { study: uid, series }]);
  return {
    steps: [
      upload(objects(name, files)),
      hold,
      SETTLE,
      publish(remove(`delete-${name}`, target, 'failed', false)),
      SETTLE,
    ],
    expected: always(files),
  };
};

/** Commands that change nothing: wrong ones, dry runs, and one for what is not there. */
const idle: StoryKind = (name, dice) => {
  const nothing = { id: null, targets: [], exports: [] };
  const wrong = dice.pick<Command>([
    { ...nothing, topic: 'delete', message: '{"action":"delete"', ends: 'refused' },
    { ...nothing, topic: 'delete', message: { action: 'delete', targets: [] }, ends: 'refused' },
    { ...nothing, topic: 'export', message: 'not json', ends: 'refused' },
    {
      ...nothing,
      topic: 'export',
      message: { action: 'export', targets: [{ study: 'x' }] },
      ends: 'refused',
    },
  ]);
  const id = `cleanup-${name}`;
  const cleanup = {
    action: 'cleanup',
    id,
    olderThan: 'P365D',
    age: 'ingested',
    dryRun: dice.between(0, 1) === 1,
  };
  const harmless = dice.pick<Command>([
    remove(`delete-${name}`, { study: dice.uid(`${name} nothing`) }, 'complete', false),
    { ...nothing, id, topic: 'delete', message: cleanup, ends: 'complete' },
  ]);
  return { steps: [publish(wrong), publish(harmless), SETTLE], expected: [] };
};

/** Kinds whose deletions have to be waited for. */
export const DELETING: readonly (readonly [string, StoryKind])[] = [
  ['deleted', deleted],
  ['beside', beside],
];

/** Each as often as it is drawn in the long run. */
export const OTHERS: readonly [readonly [string, StoryKind], ...(readonly [string, StoryKind])[]] = [
  ['ingest', ingest],
  ['ingest', ingest],
  ['ingest', ingest],
  ['conflict', conflict],
  ['contest', contest],
  ['junk', junk],
  ['overwrite', overwrite],
  ['exported', exported],
  ['exported', exported],
  ['held', held],
  ['idle', idle],
];
