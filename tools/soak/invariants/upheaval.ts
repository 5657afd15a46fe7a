import { SERVICES } from '../weather.ts';
import type { Invariant } from './invariant.ts';
import { Verdict } from './verdict.ts';

/** In shorter runs a service may have nothing but good weather. */
const LONG_MS = 60_000;

/** A soak without trouble would prove nothing. */
export const upheaval: Invariant = ({ schedule, played: { kills, revocations, faults } }) => {
  const verdict = new Verdict('faults struck, functions were killed, and tokens revoked');
  verdict.expect(kills > 0, () => 'no function was killed');
  verdict.expect(revocations > 0, () => 'no token was revoked');
  const quiet = SERVICES.filter((service) => (faults.get(service) ?? 0) === 0);
  verdict.expect(quiet.length < SERVICES.length, () => 'no fault struck');
  for (const service of schedule.durationMs < LONG_MS ? [] : quiet)
    verdict.expect(false, () => `nothing happened to ${service}`);
  return Promise.resolve([verdict]);
};
