/**
 * Does something for each of many, a few at a time, taking the next one only when there is room for it.
 *
 * All that have begun come to their end, also after one has failed; then the first failure is thrown, and no further one begun.
 */
export async function inParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  try {
    for await (const item of items) {
      if (failures.length > 0) break;
      const one: Promise<void> = work(item)
        .catch((error: unknown) => {
          failures.push(error);
        })
        .finally(() => running.delete(one));
      running.add(one);
      if (running.size >= atOnce) await Promise.race(running);
    }
  } finally {
    // Also where there is no next item because the items themselves have failed.
    await Promise.all(running);
  }
  if (failures.length > 0) throw failures[0];
}
