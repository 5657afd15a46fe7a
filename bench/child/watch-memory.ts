import type { FunctionUsage } from './function-messages.ts';
import type { FunctionChild } from './start-function.ts';

/** What a function's process had resident in the course of a run. */
export interface MemoryCourse {
  /** The most that was seen in the tenth of the run that ends there. */
  readonly tenth: number;
  readonly half: number;
  readonly end: number;
}

export interface MemoryWatch {
  /** Stops asking. From then on the process may be asked by others again. */
  stop(): Promise<{ readonly course: MemoryCourse; readonly usage: FunctionUsage }>;
}

const EVERY_MS = 100;

/** Asks a function for its memory again and again. Nobody else may ask it meanwhile. */
export function watchMemory(child: FunctionChild): MemoryWatch {
  const samples: { readonly at: number; readonly bytes: number }[] = [];
  const stopping = new AbortController();
  const ask = async (): Promise<FunctionUsage> => {
    const usage = await child.ask(null);
    samples.push({ at: performance.now(), bytes: usage.memoryBytes });
    return usage;
  };
  const asking = (async () => {
    while (!stopping.signal.aborted) {
      await ask();
      await pause(stopping.signal);
    }
  })();
  // Whoever stops it is told.
  asking.catch(() => undefined);
  return {
    async stop() {
      stopping.abort();
      await asking;
      const usage = await ask();
      const startedAt = samples[0]?.at ?? 0;
      const lengthMs = (samples.at(-1)?.at ?? 0) - startedAt;
      const mostUntil = (share: number): number => {
        const until = startedAt + share * lengthMs;
        const before = samples.filter(({ at }) => at <= until);
        const seen = before.filter(({ at }) => at >= until - lengthMs / 10);
        // A run may be too short for a question in each tenth of it.
        return Math.max(...[...seen, ...before.slice(-1)].map(({ bytes }) => bytes));
      };
      return { course: { tenth: mostUntil(0.1), half: mostUntil(0.5), end: mostUntil(1) }, usage };
    },
  };
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, EVERY_MS);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
