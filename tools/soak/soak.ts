import { setTimeout as sleep } from 'node:timers/promises';
import { listBucket } from './contents.ts';
import { leftovers, quarantine } from './invariants/buckets.ts';
import { exportedObjects } from './invariants/exports.ts';
import type { Aftermath } from './invariants/invariant.ts';
import { races } from './invariants/races.ts';
import { commandReports, objectReports } from './invariants/reports.ts';
import { deletionState, documents } from './invariants/state.ts';
import { storeContents } from './invariants/store.ts';
import { upheaval } from './invariants/upheaval.ts';
import type { Verdict } from './invariants/verdict.ts';
import { play, type Played } from './play.ts';
import { makeSchedule } from './schedule.ts';
import { startSoakWorld, type SoakWorld } from './soak-world.ts';

const INVARIANTS = [
  storeContents,
  races,
  objectReports,
  commandReports,
  quarantine,
  exportedObjects,
  deletionState,
  documents,
  leftovers,
  upheaval,
];
/** After the faults: for a lease to run out, a deletion to wait and end, and what queued to be done, also where others need the machine. */
const LONGEST_CALM_MS = 600_000;
/** When nothing was said for so long, nothing more comes. */
const QUIET_MS = 3000;

export interface SoakResult {
  readonly seed: number;
  readonly minutes: number;
  readonly played: Pick<Played, 'kills' | 'revocations'> & {
    readonly objects: number;
    readonly commands: number;
    readonly faults: number;
  };
  readonly reports: number;
  readonly isQuiet: boolean;
  readonly calmSeconds: number;
  readonly verdicts: readonly Verdict[];
}

export interface SoakHooks {
  readonly onNotice: (text: string) => void;
  /** Between the end and the look at it. */
  readonly beforeLook?: (world: SoakWorld) => Promise<void>;
}

/** Lets everything go wrong as the seed decides, waits for calm, and looks at every invariant. */
export async function soak(
  { seed, minutes }: { readonly seed: number; readonly minutes: number },
  { onNotice, beforeLook }: SoakHooks,
): Promise<SoakResult> {
  const schedule = makeSchedule(seed, minutes);
  const world = await startSoakWorld(onNotice);
  try {
    const calmAt = performance.now() + schedule.durationMs;
    const signal = AbortSignal.timeout(schedule.durationMs + LONGEST_CALM_MS);
    const played = await play(schedule, world, signal);
    const isQuiet = await becomesQuiet(world, signal);
    const calmSeconds = Math.round((performance.now() - calmAt) / 1000);
    await beforeLook?.(world);
    const aftermath: Aftermath = { schedule, played, world };
    const verdicts: Verdict[] = [];
    for (const look of INVARIANTS) verdicts.push(...(await look(aftermath)));
    const { kills, revocations, uploaded, published } = played;
    const faults = [...played.faults.values()].reduce((sum, count) => sum + count, 0);
    const counts = { kills, revocations, faults, objects: uploaded.length, commands: published.length };
    return { seed, minutes, played: counts, reports: world.reports.count, isQuiet, calmSeconds, verdicts };
  } finally {
    await world.close();
  }
}

/** @returns whether it did before time was up. */
async function becomesQuiet(world: SoakWorld, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    const isSilent = performance.now() - world.reports.lastAtMs > QUIET_MS;
    if (isSilent && (await listBucket(world, 'state', 'deleting/open/')).length === 0) return true;
    await sleep(200);
  }
  return false;
}

export function isSound({ isQuiet, verdicts }: SoakResult): boolean {
  return isQuiet && verdicts.every(({ violated }) => violated === 0);
}
