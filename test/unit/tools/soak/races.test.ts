import { describe, expect, it } from '@jest/globals';
import { isAccountedFor, mustStay } from '../../../../tools/soak/invariants/races.ts';

describe('an object that comes while its series is being deleted', () => {
  it.each([
    ['a new instance, before the tombstone', 'new', -1, false],
    ['a new instance, after it', 'new', 1, true],
    ['a known instance, while ingest may not have noticed', 'same', 59_000, false],
    ['a known instance, when it has to have noticed', 'same', 61_000, true],
    ['other bytes, while ingest may not have noticed', 'other', 59_000, false],
    ['other bytes, when it has to have noticed', 'other', 61_000, true],
  ] as const)('has to stay or may go: %s', (_, as, sinceTombstoneMs, expected) => {
    expect(mustStay({ as, sinceTombstoneMs })).toBe(expected);
  });

  it.each([
    ['stored, and deleted with the rest', ['stored'], true, true],
    ['stored, and gone without having been meant', ['stored'], false, false],
    ['rejected', ['rejected deleted-before'], false, true],
    ['stored, and rejected when it came once more', ['stored', 'rejected deleted-before'], false, true],
    ['a conflict', ['conflict different-content'], true, true],
    ['nothing said', [], true, false],
  ] as const)('is accounted for when it is not there: %s', (_, words, isInLedger, expected) => {
    expect(isAccountedFor({ words, isInLedger })).toBe(expected);
  });
});
