import { setTimeout as delay } from 'node:timers/promises';

/** Waits for what happens by itself; the test's own time-out is its bound. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await delay(1);
}
