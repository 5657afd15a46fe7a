import type { Random } from '../../src/ports/clock.ts';

/** Dice that fall the same way in every run with the same seed (Marsaglia's xorshift, 32 bits). */
export function makeRandom(seed: number): Random {
  // Neighbouring seeds are spread first, and none may become 0, on which xorshift would stand still.
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < 8; i += 1) next();
  return next;
}
