import type { Played } from '../play.ts';
import type { Schedule } from '../schedule.ts';
import type { SoakWorld } from '../soak-world.ts';
import type { Verdict } from './verdict.ts';

/** What was to happen, what was done, and what there is now. */
export interface Aftermath {
  readonly schedule: Schedule;
  readonly played: Played;
  readonly world: SoakWorld;
}

/** Looks at what there is, by itself and not through the worker. */
export type Invariant = (aftermath: Aftermath) => Promise<Verdict[]>;
