import type { Subject } from '../subjects.ts';
import type { FunctionReady, FunctionUsage } from './function-messages.ts';
import { startChild, type Child } from './start-child.ts';

/** A function in a process of its own, listening on loopback. */
export type FunctionChild = Child<FunctionReady, null, FunctionUsage>;

/** @param serve path of the bundled `serve.ts`. @throws Error when the function cannot be loaded. */
export function startFunction(
  serve: string,
  { name, modulePath, target, environment }: Subject,
): Promise<FunctionChild> {
  return startChild({
    name,
    script: serve,
    environment: { ...environment, BENCH_MODULE: modulePath, FUNCTION_TARGET: target },
  });
}
