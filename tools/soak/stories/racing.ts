import type { Dice } from '../dice.ts';
import type { DicomFile } from '../file.ts';
import type { Step, Upload } from '../story.ts';
import { remove } from './delete-command.ts';
import {
  always,
  covers,
  doomed,
  first,
  nameOf,
  object,
  other,
  publish,
  SETTLE,
  STORED_AND_DELETED,
  study,
  upload,
  type StoryKind,
  type Target,
} from './story-plan.ts';

const RACERS = 5;
/** From the command on: a little longer than it takes from the tombstone to the end of the deletion. */
const RACE_MS = 80_000;

/**
 * Objects come for what is being deleted, from the command to after its end: instances that were not there, those that were once more,
 * and others under the UIDs of those. Where each of them ends depends on the moment: see invariants/races.ts.
 */
export const racing: StoryKind = (name, dice) => {
  const files = study(name, dice, 2);
  const { study: uid, series } = first(files);
  const target = dice.pick<Target>([{ study: uid }, { study: uid, series }]);
  const gone = files.filter((file) => covers(target, file));
  const rest = files.filter((file) => !covers(target, file));
  const racers = Array.from({ length: RACERS }, (_, index) => drawRacer(index, name, { gone, target }, dice));
  const waits = racers.map(() => dice.real(0, RACE_MS)).sort((a, b) => a - b);
  const steps = racers.flatMap((racer, index): Step[] => [
    { kind: 'wait', ms: (waits[index] ?? 0) - (waits[index - 1] ?? 0) },
    upload([racer.upload]),
  ]);
  return {
    steps: [
      upload(doomed(name, files, target)),
      SETTLE,
      publish(remove(`delete-${name}`, [target])),
      ...steps,
      SETTLE,
    ],
    expected: [...always(rest), ...racers.map(({ file }) => ({ files: [file], isOptional: true }))],
  };
};

function drawRacer(
  index: number,
  name: string,
  { gone, target }: { readonly gone: readonly DicomFile[]; readonly target: Target },
  dice: Dice,
): { readonly file: DicomFile; readonly upload: Upload } {
  // Each comes under UIDs of its own, so that no two of them race each other.
  const known = gone[index];
  const as = known === undefined ? 'new' : dice.pick(['new', 'new', 'same', 'other'] as const);
  const fresh = { ...first(gone), instance: dice.uid(`${name} racer ${index}`) };
  const files = { new: fresh, same: known ?? fresh, other: other(known ?? fresh) };
  const outcomes = [...STORED_AND_DELETED, ...(as === 'other' ? ['conflict different-content'] : [])];
  const one = object(`${name}/racer/${index}`, files[as], outcomes);
  return { file: files[as], upload: { ...one, race: { target: nameOf(target), as } } };
}
