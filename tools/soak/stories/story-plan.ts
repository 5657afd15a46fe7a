import type { Dice } from '../dice.ts';
import type { DicomFile } from '../file.ts';
import type { Command, Expected, Step, Upload } from '../story.ts';

/** What a kind of story is made of. */
export interface StoryPlan {
  readonly steps: readonly Step[];
  readonly expected: readonly Expected[];
}

/** @param name of the story: in the names of all it makes. */
export type StoryKind = (name: string, dice: Dice) => StoryPlan;

/** Kinds by name; one that is there twice is drawn twice as often. */
export type StoryKinds = readonly [NamedKind, ...NamedKind[]];
export type NamedKind = readonly [name: string, make: StoryKind];

export const SETTLE: Step = { kind: 'settle' };
const STORED = ['stored'];
/** Also what comes once more when it has been deleted, e.g. because nobody heard of the first time. */
export const STORED_AND_DELETED = ['stored', 'rejected deleted-before'];

/** The store holds each of them in the end. */
export const always = (files: readonly DicomFile[]): Expected[] =>
  files.map((file) => ({ files: [file], isOptional: false }));

export const upload = (uploads: readonly Upload[]): Step => ({ kind: 'upload', uploads });
export const publish = (command: Command): Step => ({ kind: 'publish', command });

export const object = (name: string, file: DicomFile, outcomes: readonly string[] = STORED): Upload => ({
  name: `${name}.dcm`,
  content: { kind: 'dicom', file },
  outcomes,
});
export const objects = (name: string, files: readonly DicomFile[]): Upload[] =>
  files.map((file, index) => object(`${name}/${index}`, file));

/** Objects of which the target is deleted later. */
export const doomed = (name: string, files: readonly DicomFile[], target: Target): Upload[] =>
  files.map((file, index) =>
    object(`${name}/${index}`, file, covers(target, file) ? STORED_AND_DELETED : STORED),
  );

/** A study of some series, each with some instances. */
export function study(name: string, dice: Dice, seriesCount = dice.between(1, 3)): DicomFile[] {
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

/** Another file of the same instance. */
export const other = (file: DicomFile): DicomFile => ({ ...file, variant: file.variant + 1 });

export function first(files: readonly DicomFile[]): DicomFile {
  const [file] = files;
  if (file === undefined) throw new Error('A study without instances.');
  return file;
}

/** A study, series or instance, named from the study down. */
export interface Target {
  readonly study: string;
  readonly series?: string;
  readonly instance?: string;
}

export const nameOf = ({ study: uid, series, instance }: Target): string =>
  [uid, series, instance].filter((part) => part !== undefined).join('/');

export const covers = (target: Target, file: DicomFile): boolean =>
  target.study === file.study &&
  (target.series ?? file.series) === file.series &&
  (target.instance ?? file.instance) === file.instance;

/** The study, the first series of it, or its first instance. */
export function drawTarget(files: readonly DicomFile[], dice: Dice): Target {
  const { study: uid, series, instance } = first(files);
  return dice.pick<Target>([{ study: uid }, { study: uid, series }, { study: uid, series, instance }]);
}
