import { DeadlineExceededError } from '../../domain/errors.ts';

/**
 * Does something with each of the items, so many at once; what fails keeps nothing else from being done.
 *
 * @param goesOn asked before each item; when it says no, nothing more is begun.
 * @returns the first failure, or one that says that some were not begun; undefined where all is done.
 */
export async function inParallel<T>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<unknown>,
  goesOn: () => boolean = () => true,
): Promise<{ readonly error: unknown } | undefined> {
  const waiting = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const notBegun: T[] = [];
  const runOneByOne = async (): Promise<void> => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
      if (!goesOn()) {
        notBegun.push(next.value);
        return;
      }
      await work(next.value).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, runOneByOne));
  if (failures.length > 0) return { error: failures[0] };
  return notBegun.length > 0
    ? { error: new DeadlineExceededError('There was not enough time for all of it.') }
    : undefined;
}
