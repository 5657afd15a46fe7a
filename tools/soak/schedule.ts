import { Dice } from './dice.ts';
import { DELETING, OTHERS } from './story-kinds.ts';
import type { Story } from './story.ts';
import { makeWeather, type Weather } from './weather.ts';

export interface Kill {
  readonly atMs: number;
  readonly functionName: 'ingest' | 'export' | 'delete';
}

/** Everything that is going to happen, drawn before anything does. Times are milliseconds from the start. */
export interface Schedule {
  readonly durationMs: number;
  /** Whether anything that is there is deleted; the runs that do wait for ingest to notice a tombstone. */
  readonly hasDeletions: boolean;
  readonly stories: readonly Story[];
  readonly weathers: readonly Weather[];
  readonly kills: readonly Kill[];
}

const STORIES_PER_MINUTE = 110;
const DELETING_STORIES = 40;
/** Shorter runs delete nothing: there would be no time to wait for it. */
const SHORTEST_WITH_DELETIONS_MS = 120_000;
/** Early ones: after a delete function that was killed its lease has to run out, and only then deletions begin to wait. */
const DELETE_KILLS = 2;

export function makeSchedule(seed: number, minutes: number): Schedule {
  const durationMs = minutes * 60_000;
  const hasDeletions = durationMs >= SHORTEST_WITH_DELETIONS_MS;
  return {
    durationMs,
    hasDeletions,
    stories: makeStories(`soak ${seed}`, durationMs, hasDeletions),
    weathers: makeWeather(`soak ${seed}`, durationMs),
    kills: makeKills(`soak ${seed}`, durationMs),
  };
}

function makeStories(seed: string, durationMs: number, hasDeletions: boolean): Story[] {
  const dice = new Dice(`${seed} stories`);
  const others = Math.ceil((durationMs / 60_000) * STORIES_PER_MINUTE);
  const stories = Array.from({ length: others }, (_, number): Story => {
    const [kind, make] = dice.pick(OTHERS);
    const name = `${kind}-${number}`;
    return {
      name,
      kind,
      startMs: dice.real(0, 0.85 * durationMs),
      ...make(name, new Dice(`${seed} ${name}`)),
    };
  });
  if (!hasDeletions) return stories;
  for (let number = 0; number < DELETING_STORIES; number += 1) {
    const [kind, make] = DELETING[number % DELETING.length] ?? DELETING[0] ?? OTHERS[0];
    const name = `${kind}-${number}`;
    stories.push({
      name,
      kind,
      startMs: dice.real(0, 0.2 * durationMs),
      ...make(name, new Dice(`${seed} ${name}`)),
    });
  }
  return stories;
}

function makeKills(seed: string, durationMs: number): Kill[] {
  const dice = new Dice(`${seed} kills`);
  const kills: Kill[] = [];
  for (const functionName of ['ingest', 'export'] as const) {
    for (let atMs = dice.real(1000, 8000); atMs < durationMs; atMs += dice.real(3000, 15_000)) {
      kills.push({ atMs, functionName });
    }
  }
  for (let number = 0; number < DELETE_KILLS; number += 1) {
    kills.push({ atMs: dice.real(0.03, 0.12) * durationMs, functionName: 'delete' });
  }
  return kills;
}
