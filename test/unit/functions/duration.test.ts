import { describe, expect, it } from '@jest/globals';
import { parseDuration } from '../../../src/functions/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['10m', 600_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
    ['0s', 0],
    [' 5s ', 5000],
  ])('reads %j', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', '30', 's', '1.5s', '-1s', '1 s', '30S', '1w', '1h30m', '30sec'])(
    'does not guess at %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});
