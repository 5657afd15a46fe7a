import { SERVICES, type Service } from '../weather.ts';
import type { Invariant } from './invariant.ts';
import { Verdict } from './verdict.ts';

/** In shorter runs a service may have nothing but good weather. */
const LONG_MS = 60_000;

/** A soak without trouble would prove nothing. */
export const upheaval: Invariant = ({ schedule, played: { kills, revocations, faults } }) => {
  const verdict = new Verdict('faults struck, functions were killed, and tokens revoked');
  verdict.expect(kills > 0, () => 'no function was killed');
  verdict.expect(revocations > 0, () => 'no token was revoked');
  const strikes = (isMeant: (service: Service) => boolean): number =>
    SERVICES.filter(isMeant).reduce((sum, service) => sum + (faults.get(service) ?? 0), 0);
  verdict.expect(strikes(() => true) > 0, () => 'no fault struck');
  // A function asks for few tokens, so it may miss all of the bad weather of its own metadata server.
  const groups = schedule.durationMs < LONG_MS ? [] : ['storage', 'pubsub', 'healthcare', 'metadata'];
  for (const group of groups)
    verdict.expect(strikes((service) => service.startsWith(group)) > 0, () => `nothing happened to ${group}`);
  return Promise.resolve([verdict]);
};
