import { startFunction } from '../child/start-function.ts';
import { makePushClient } from '../push/push-client.ts';
import type { Subject } from '../subjects.ts';
import type { Running } from './round.ts';

/** Runs something with these functions in fresh processes, and ends them. */
export async function withFunctions<T>(
  serve: string,
  subjects: readonly Subject[],
  concurrency: number,
  use: (running: readonly Running[]) => Promise<T>,
): Promise<T> {
  const running: Running[] = [];
  try {
    for (const subject of subjects) {
      const child = await startFunction(serve, subject);
      running.push({ name: subject.name, child, client: makePushClient(child.ready.port, concurrency) });
    }
    return await use(running);
  } finally {
    for (const { child, client } of running) {
      await client.close();
      await child.stop();
    }
  }
}
