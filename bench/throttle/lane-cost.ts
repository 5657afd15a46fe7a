import { systemClock } from '../../src/adapters/system-clock.ts';
import { DEFAULT_LANE_SETTINGS } from '../../src/retry/lane.ts';
import { makeLanes } from '../../src/usecases/lanes.ts';
import { median } from '../report/median.ts';

/** What it costs to go through a lane that nothing throttles, in nanoseconds a call. */
export interface LaneCost {
  readonly directNs: number;
  readonly laneNs: number;
}

const ROUNDS = 5;
const CALLS = 50_000;

/** Calls work that is done at once, by itself and through a lane, one call after another; medians of some rounds. */
export async function measureLaneCost(): Promise<LaneCost> {
  const { store } = makeLanes(DEFAULT_LANE_SETTINGS, systemClock);
  const signal = new AbortController().signal;
  const work = (): Promise<number> => Promise.resolve(1);
  const throughLane = (): Promise<number> =>
    store.run((paced) => paced(work), { signal, latestAt: Infinity });
  const direct: number[] = [];
  const lane: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [directNs, laneNs] = [await timePerCall(work), await timePerCall(throughLane)];
    // The first round is the compiler's.
    if (round === 0) continue;
    direct.push(directNs);
    lane.push(laneNs);
  }
  return { directNs: median(direct), laneNs: median(lane) };
}

async function timePerCall(call: () => Promise<number>): Promise<number> {
  const startedAtMs = performance.now();
  for (let i = 0; i < CALLS; i += 1) await call();
  return ((performance.now() - startedAtMs) * 1e6) / CALLS;
}
