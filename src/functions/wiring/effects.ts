import { systemClock, systemRandom } from '../../adapters/system-clock.ts';
import type { Clock, Random } from '../../ports/clock.ts';

/** Time, dice and output: what a test wants to decide or to see. */
export interface Effects {
  readonly clock: Clock;
  readonly random: Random;
  /** @param line ends with a line feed. */
  readonly writeLog: (line: string) => void;
}

export const SYSTEM_EFFECTS: Effects = {
  clock: systemClock,
  random: systemRandom,
  writeLog: (line) => process.stdout.write(line),
};
