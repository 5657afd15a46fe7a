import { randomInt } from 'node:crypto';

/**
 * Gives out message ids: decimal numbers, as Google's are, that say nothing about the order and begin at a
 * random place, so that those of different runs do not meet.
 */
export function makeMessageIds(): () => string {
  const base = BigInt(randomInt(1, 9_000)) * 10n ** 15n + BigInt(randomInt(2 ** 47));
  let count = 0n;
  return () => {
    count += 1n;
    return String(base + count);
  };
}
