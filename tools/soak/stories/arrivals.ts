import {
  always,
  object,
  objects,
  other,
  SETTLE,
  study,
  upload,
  type StoryKind,
  type StoryKinds,
} from './story-plan.ts';
import type { Step } from '../story.ts';

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

/** Compressed objects: as good as others, also beside the same ones, and others, that are not compressed. */
const compressed: StoryKind = (name, dice) => {
  const files = study(name, dice, 2);
  const packed = objects(name, files).map(({ content, ...one }) => ({
    ...one,
    content: { kind: 'gzip', content, lostBytes: 0 } as const,
    contentEncoding: 'gzip' as const,
  }));
  const again = files.filter(() => dice.between(0, 2) === 0);
  const others = again.map((file, index) => ({
    ...object(`${name}/other/${index}`, file, ['conflict different-content']),
    content: {
      kind: 'gzip',
      content: { kind: 'dicom', file: other(file) },
      lostBytes: 0,
    } as const,
    contentEncoding: 'gzip' as const,
  }));
  return {
    steps: [upload(packed), SETTLE, upload([...objects(`${name}/plain`, again), ...others]), SETTLE],
    expected: always(files),
  };
};

export const ARRIVALS: StoryKinds = [
  ['ingest', ingest],
  ['ingest', ingest],
  ['ingest', ingest],
  ['conflict', conflict],
  ['contest', contest],
  ['overwrite', overwrite],
  ['compressed', compressed],
];
