import type { PlacedPhase } from './phase.ts';
import { countBetween, SLOT_MS, type Timeline } from './timeline.ts';

/** After a change of the quota, and at the beginning, a client may take so long to find its pace. */
const SETTLING_MS = 10_000;

/** A quota that has risen counts as used again once so much of it was used for {@link RECOVERED_FOR_MS}. */
const RECOVERED_SHARE = 0.9;
const RECOVERED_FOR_MS = 1000;

/**
 * What was accepted of what the quota allowed, in the settled part of every phase up to an end; NaN without such a part.
 *
 * Above 1 where a client had left requests over in the bucket before.
 */
export function goodput(
  { accepted }: Timeline,
  phases: readonly PlacedPhase[],
  endMs: number,
  settlingMs = SETTLING_MS,
): number {
  let count = 0;
  let allowed = 0;
  for (const { perSecond, fromMs, toMs } of phases) {
    const from = fromMs + settlingMs;
    const to = Math.min(toMs, endMs);
    if (to - from < SLOT_MS) continue;
    count += countBetween(accepted, from, to);
    allowed += (perSecond * (to - from)) / 1000;
  }
  return count / allowed;
}

/** The refused ones among all requests of a time. */
export function refusedShare(
  { accepted, refused }: Timeline,
  fromMs = 0,
  toMs = accepted.length * SLOT_MS,
): number {
  const count = countBetween(refused, fromMs, toMs);
  return count / (count + countBetween(accepted, fromMs, toMs));
}

/** How long it took from the beginning of a phase until its quota was used; undefined when it never was. */
export function timeToUse(
  { accepted }: Timeline,
  { perSecond, fromMs, toMs }: PlacedPhase,
): number | undefined {
  const endMs = Math.min(toMs, accepted.length * SLOT_MS);
  const wanted = (RECOVERED_SHARE * perSecond * RECOVERED_FOR_MS) / 1000;
  for (let at = fromMs + RECOVERED_FOR_MS; at <= endMs; at += SLOT_MS) {
    if (countBetween(accepted, at - RECOVERED_FOR_MS, at) >= wanted) return at - fromMs;
  }
  return undefined;
}

/** How evenly something is shared, from 1 / n where one has it all to 1 where all have as much (Jain's index). */
export function fairness(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return (sum * sum) / (shares.length * squares);
}
