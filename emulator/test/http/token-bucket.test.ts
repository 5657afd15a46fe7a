import { describe, expect, it } from '@jest/globals';
import { TokenBucket } from '../../src/http/faults/token-bucket.ts';

const taken = (bucket: TokenBucket, timesMs: readonly number[]): boolean[] =>
  timesMs.map((nowMs) => bucket.take(nowMs));

describe('a token bucket', () => {
  it('gives its burst at once, and then one token a period', () => {
    const bucket = new TokenBucket(10, 2, 0);
    expect(taken(bucket, [0, 0, 0, 99, 100, 100, 200])).toEqual([
      true,
      true,
      false,
      false,
      true,
      false,
      true,
    ]);
  });

  it('saves no more than its burst', () => {
    const bucket = new TokenBucket(10, 2, 0);
    expect(taken(bucket, [60_000, 60_000, 60_000])).toEqual([true, true, false]);
  });

  it('gives the rate in the long run, however fast it is asked', () => {
    const bucket = new TokenBucket(50, 5, 0);
    const timesMs = Array.from({ length: 10_000 }, (_, index) => index);
    expect(taken(bucket, timesMs).filter((isTaken) => isTaken)).toHaveLength(5 + 499);
  });

  it('is not filled by a clock that goes backwards', () => {
    const bucket = new TokenBucket(10, 1, 1000);
    expect(taken(bucket, [1000, 0, 1000])).toEqual([true, false, false]);
  });
});
