import { startFunction } from '../child/start-function.ts';
import { makePushClient } from '../push/push-client.ts';
import type { Subject } from '../subjects.ts';

/** One start of a function, in milliseconds from the start of its process. */
export interface Start {
  /** How long its own module took to load, the framework having been loaded before. */
  readonly importMs: number;
  readonly listeningMs: number;
  readonly firstAnswerMs: number;
}

const SIZE_BYTES = 512 * 1024;

/** Starts a function, pushes the notification with that number and ends it. @throws Error when it is not acknowledged. */
export async function measureStart(serve: string, subject: Subject, number: number): Promise<Start> {
  const startedAt = performance.now();
  const child = await startFunction(serve, subject);
  const listeningMs = performance.now() - startedAt;
  const client = makePushClient(child.ready.port, 1);
  try {
    const failure = await client.push(number, SIZE_BYTES);
    const firstAnswerMs = performance.now() - startedAt;
    if (failure !== undefined) {
      throw new Error(`The first push to ${subject.name} ${failure}.\n${child.lastWords()}`);
    }
    return { importMs: child.ready.importMs, listeningMs, firstAnswerMs };
  } finally {
    await client.close();
    await child.stop();
  }
}
