import { ThrottledError, UnavailableError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import { makeLane, type Lane, type LaneSettings, type Throttling } from '../retry/lane.ts';

/** The quotas of a DICOM store, each with a pace of its own. */
export interface Lanes {
  readonly store: Lane;
  readonly retrieve: Lane;
  readonly search: Lane;
  readonly delete: Lane;
}

export function makeLanes(settings: LaneSettings, clock: Clock): Lanes {
  const lane = (): Lane => makeLane(settings, { clock, throttlingOf, tooLate });
  return { store: lane(), retrieve: lane(), search: lane(), delete: lane() };
}

/** 429, and any other "not now" that says when to come back, as a 503 with `Retry-After`. */
export function throttlingOf(error: unknown): Throttling | undefined {
  if (error instanceof ThrottledError) return { retryAfterMs: error.retryAfterMs };
  if (error instanceof UnavailableError && error.retryAfterMs !== undefined)
    return { retryAfterMs: error.retryAfterMs };
  return undefined;
}

/** The message goes back, so that the queue slows down too. */
function tooLate(waitMs: number): ThrottledError {
  return new ThrottledError('The store is throttling, and the turn of this request would come too late.', {
    retryAfterMs: waitMs,
    details: { call: 'wait for a turn', waitMs: Math.round(waitMs) },
  });
}
