import type { HealthcareSwitches } from '../../emulator/src/healthcare/switches.ts';
import { Dice } from './dice.ts';

/** How the store answers what is documented nowhere, from a moment on. */
export interface Mood {
  readonly atMs: number;
  readonly switches: Partial<HealthcareSwitches>;
}

/** Whatever the store makes of these, everything comes to the same end. */
export function makeMoods(seed: string, durationMs: number): Mood[] {
  const dice = new Dice(`${seed} moods`);
  const moods: Mood[] = [];
  for (let atMs = dice.real(0, 5000); atMs < durationMs; atMs += dice.real(4000, 12_000)) {
    moods.push({ atMs, switches: drawSwitches(dice) });
  }
  return moods;
}

function drawSwitches(dice: Dice): Partial<HealthcareSwitches> {
  return {
    missingResourceStatus: dice.pick([404, 403]),
    missingTargetStatus: dice.pick([404, 403, 200]),
    identicalDuplicate: dice.pick(['stored', 'conflict']),
    duplicateDetail: dice.pick(['already-exists', 'checksum-mismatch']),
    emptySearch: dice.pick(['no-content', 'empty-list']),
    jsonErrors: dice.pick(['object', 'array']),
    storeDuringDeletion: dice.pick([409, 400, 503]),
    secondDeletion: dice.pick<HealthcareSwitches['secondDeletion']>(['operation', 400, 409]),
    deletionAnswer: dice.pick(['operation', 'operation', 'empty', 'no-content']),
    operationCounter: dice.pick(['shown', 'absent']),
    operationOutcome: dice.pick(['success', 'success', 'partial']),
    instancesLeft: dice.between(0, 2),
  };
}
