import { Dice } from './dice.ts';
import { ARRIVALS } from './stories/arrivals.ts';
import { DELETING, SPARING } from './stories/deletions.ts';
import { EXPORTS } from './stories/exports.ts';
import { STRANGE_ARRIVALS } from './stories/strange-arrivals.ts';
import type { NamedKind, StoryKinds } from './stories/story-plan.ts';
import type { Story } from './story.ts';
import { makeMoods, type Mood } from './moods.ts';
import { makeWeather, type FunctionName, type Weather } from './weather.ts';

/** Something that happens to one function. */
export interface Blow {
  readonly atMs: number;
  readonly functionName: FunctionName;
}

/** Everything that is going to happen, drawn before anything does. Times are milliseconds from the start. */
export interface Schedule {
  readonly durationMs: number;
  /** Whether anything that is there is deleted; the runs that do wait for ingest to notice a tombstone. */
  readonly hasDeletions: boolean;
  readonly stories: readonly Story[];
  readonly weathers: readonly Weather[];
  readonly moods: readonly Mood[];
  readonly kills: readonly Blow[];
  /** When all tokens of a function cease to be good, as at a time when they expire early. */
  readonly revocations: readonly Blow[];
}

const STORIES_PER_MINUTE = 110;
const DELETING_STORIES = 32;
/** Shorter runs delete nothing: there would be no time to wait for it. */
const SHORTEST_WITH_DELETIONS_MS = 120_000;
/** Early ones: after a delete function that was killed its lease has to run out, and only then deletions begin to wait. */
const DELETE_KILLS = 2;
const FUNCTION_NAMES = ['ingest', 'export', 'delete'] as const;
const OTHERS: StoryKinds = [...ARRIVALS, ...STRANGE_ARRIVALS, ...EXPORTS, ...SPARING];

export function makeSchedule(seed: number, minutes: number): Schedule {
  const durationMs = minutes * 60_000;
  const hasDeletions = durationMs >= SHORTEST_WITH_DELETIONS_MS;
  return {
    durationMs,
    hasDeletions,
    stories: makeStories(`soak ${seed}`, durationMs, hasDeletions),
    weathers: makeWeather(`soak ${seed}`, durationMs),
    moods: makeMoods(`soak ${seed}`, durationMs),
    kills: makeKills(`soak ${seed}`, durationMs),
    revocations: makeRevocations(`soak ${seed}`, durationMs),
  };
}

function makeStories(seed: string, durationMs: number, hasDeletions: boolean): Story[] {
  const dice = new Dice(`${seed} stories`);
  const others = Math.ceil((durationMs / 60_000) * STORIES_PER_MINUTE);
  // Each kind first comes once, so that none is left out of a short run.
  const stories = Array.from({ length: others }, (_, number) =>
    makeStory(OTHERS[number] ?? dice.pick(OTHERS), number, dice.real(0, 0.85 * durationMs), seed),
  );
  if (!hasDeletions) return stories;
  for (let number = 0; number < DELETING_STORIES; number += 1) {
    const kind = DELETING[number % DELETING.length] ?? DELETING[0];
    stories.push(makeStory(kind, number, dice.real(0, 0.2 * durationMs), seed));
  }
  return stories;
}

function makeStory([kind, make]: NamedKind, number: number, startMs: number, seed: string): Story {
  const name = `${kind}-${number}`;
  return { name, kind, startMs, ...make(name, new Dice(`${seed} ${name}`)) };
}

function makeKills(seed: string, durationMs: number): Blow[] {
  const dice = new Dice(`${seed} kills`);
  const kills: Blow[] = [];
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

function makeRevocations(seed: string, durationMs: number): Blow[] {
  const dice = new Dice(`${seed} revocations`);
  const revocations: Blow[] = [];
  for (const functionName of FUNCTION_NAMES) {
    for (let atMs = dice.real(1000, 8000); atMs < durationMs; atMs += dice.real(6000, 20_000)) {
      revocations.push({ atMs, functionName });
    }
  }
  return revocations;
}
