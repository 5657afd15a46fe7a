import type { Dice } from '../dice.ts';
import type { DicomFile } from '../file.ts';
import type { Command, Step } from '../story.ts';
import {
  always,
  covers,
  doomed,
  drawTarget,
  first,
  nameOf,
  object,
  objects,
  publish,
  SETTLE,
  STORED_AND_DELETED,
  study,
  upload,
  type StoryKind,
  type StoryKinds,
  type Target,
} from './story-plan.ts';
import { NOTHING, remove } from './delete-command.ts';
import { racing } from './racing.ts';

/** Days on which nothing of the soak itself has come. */
const LONG_AGO = ['2020-01-15', '2021-06-30', '2022-12-31'] as const;
/** What is aged has modalities of its own, so that one cleanup does not take what is another's. */
const FOR_CLEANUP = 'MG';
const FOR_BREAKER = 'XA';

/** Deleted when all of it is there; sometimes sent once more afterwards. */
const deleted: StoryKind = (name, dice) => {
  const files = study(name, dice);
  const target = drawTarget(files, dice);
  const gone = files.filter((file) => covers(target, file));
  const isCounted = dice.between(0, 1) === 1;
  const fields = isCounted ? { expect: { instances: gone.length } } : {};
  const command = remove(`delete-${name}`, [target], { fields });
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
      publish(remove(`delete-${name}`, [target])),
      upload(objects(`${name}/coming`, coming)),
      SETTLE,
    ],
    expected: always(coming),
  };
};

/** Several targets at once, of which one may be held, and one is not there. */
const several: StoryKind = (name, dice) => {
  const a = study(`${name} a`, dice, 2);
  const b = study(`${name} b`, dice, 2);
  const c = study(`${name} c`, dice, 2);
  const targets: Target[] = [
    { study: first(a).study, series: first(a).series },
    { study: first(b).study },
    { study: first(c).study },
  ];
  const absent = { study: dice.uid(`${name} nothing`) };
  const isHeld = dice.between(0, 1) === 1;
  const going = isHeld ? targets.slice(0, 2) : targets;
  const isGone = (file: DicomFile): boolean => going.some((target) => covers(target, file));
  const files = [...a, ...b, ...c];
  const uploads = files.map((file, index) =>
    object(`${name}/${index}`, file, isGone(file) ? STORED_AND_DELETED : undefined),
  );
  const hold: Step = { kind: 'hold', target: first(c).study };
  const command = remove(`delete-${name}`, [...targets, absent], {
    ends: isHeld ? 'partial' : 'complete',
    targets: going.map(nameOf),
  });
  return {
    steps: [upload(uploads), ...(isHeld ? [hold] : []), SETTLE, publish(command), SETTLE],
    expected: always(files.filter((file) => !isGone(file))),
  };
};

/** Two commands at the same time, for a study and for a part of it. */
const overlapping: StoryKind = (name, dice) => {
  const files = study(name, dice, 2);
  const { study: uid, series } = first(files);
  const [whole, part] = [{ study: uid }, { study: uid, series }];
  return {
    steps: [
      upload(doomed(name, files, whole)),
      SETTLE,
      publish(remove(`delete-${name}-whole`, [whole])),
      publish(remove(`delete-${name}-part`, [part], { targets: [], besides: [nameOf(part)] })),
      SETTLE,
    ],
    expected: [],
  };
};

/** A hold that is put there when the deletion waits already: it is called off, and forgotten. */
const heldLate: StoryKind = (name, dice) => {
  const files = study(name, dice);
  const { study: uid, series } = first(files);
  const target = dice.pick<Target>([{ study: uid }, { study: uid, series }]);
  const command = remove(`delete-${name}`, [target], {
    ends: 'failed',
    targets: [],
    besides: [nameOf(target)],
  });
  return {
    steps: [
      upload(objects(name, files)),
      SETTLE,
      publish(command),
      { kind: 'wait', ms: dice.real(0, 20_000) },
      { kind: 'hold', target: dice.between(0, 1) === 1 ? uid : `${uid}/${series}` },
      SETTLE,
    ],
    expected: always(files),
  };
};

const aged = (files: readonly DicomFile[], dice: Dice): Step => ({
  kind: 'age',
  files,
  day: dice.pick(LONG_AGO),
});
const cleanup = (fields: object): object => ({
  action: 'cleanup',
  olderThan: 'P90D',
  age: 'ingested',
  dryRun: false,
  ...fields,
});

/** A study of long ago goes, as a whole; a series to which something has been added today stays. */
const cleaned: StoryKind = (name, dice) => {
  const isWhole = dice.between(0, 1) === 1;
  // One series where all goes: between the markers of two, another's cleanup would find one of them.
  const files = study(name, dice, isWhole ? 1 : 2).map((file) => ({ ...file, modality: FOR_CLEANUP }));
  const { study: uid, series } = first(files);
  const old = files.filter((file) => isWhole || file.series === series);
  const young = files.filter((file) => !old.includes(file));
  const command: Command = {
    ...NOTHING,
    // As the scheduler's, which repeat for ever.
    id: null,
    message: cleanup({ filter: { modality: [FOR_CLEANUP] }, maxSeries: 10_000 }),
    ends: 'complete',
    targets: [nameOf(isWhole ? { study: uid } : { study: uid, series })],
  };
  return {
    steps: [upload(objects(name, young)), SETTLE, aged(old, dice), publish(command), SETTLE],
    expected: always(young),
  };
};

/** More is past its retention than may be: nothing of it is deleted. */
const tooMuch: StoryKind = (name, dice) => {
  const files = study(name, dice, 2).map((file) => ({ ...file, modality: FOR_BREAKER }));
  const message = cleanup({ filter: { modality: [FOR_BREAKER] }, maxSeries: 1 });
  return {
    steps: [aged(files, dice), publish({ ...NOTHING, id: null, message, ends: 'failed' }), SETTLE],
    expected: always(files),
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
      publish(remove(`delete-${name}`, [target], { ends: 'failed', targets: [] })),
      SETTLE,
    ],
    expected: always(files),
  };
};

/** Commands that change nothing: dry runs, one that expects another number, and one for what is not there. */
const idle: StoryKind = (name, dice) => {
  const files = study(name, dice);
  const target = drawTarget(files, dice);
  const count = files.filter((file) => covers(target, file)).length;
  const id = `delete-${name}`;
  const command = dice.pick<Command>([
    remove(id, [{ study: dice.uid(`${name} nothing`) }], { targets: [] }),
    remove(id, [target], { targets: [], fields: { dryRun: true, expect: { instances: count } } }),
    remove(id, [target], { targets: [], ends: 'failed', fields: { expect: { instances: count + 1 } } }),
    {
      ...NOTHING,
      id: `cleanup-${name}`,
      message: {
        ...cleanup({ filter: { modality: ['OT'] }, dryRun: dice.between(0, 1) === 1 }),
        id: `cleanup-${name}`,
      },
      ends: 'complete',
    },
  ]);
  return { steps: [upload(objects(name, files)), SETTLE, publish(command), SETTLE], expected: always(files) };
};

/** Kinds whose deletions have to be waited for, or look at what others have made old: so each comes a few times and no more. */
export const DELETING: StoryKinds = [
  ['deleted', deleted],
  ['beside', beside],
  ['racing', racing],
  ['several', several],
  ['overlapping', overlapping],
  ['held-late', heldLate],
  ['cleaned', cleaned],
  ['too-much', tooMuch],
];

export const SPARING: StoryKinds = [
  ['held', held],
  ['idle', idle],
];
