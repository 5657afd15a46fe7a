import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Random } from '../ports/clock.ts';

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(delayMs, signal) {
    await sleep(delayMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};

export const systemRandom: Random = () => Math.random();
