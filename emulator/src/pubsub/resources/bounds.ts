import { StatusError } from '../status-error.ts';
import type { Duration } from '../wire/messages.ts';

export const DAY_SECONDS = 86_400;

export function durationMs(duration: Duration): number {
  return (duration.seconds ?? 0) * 1000 + (duration.nanos ?? 0) / 1e6;
}

/** @throws StatusError INVALID_ARGUMENT when the duration lies outside the bounds, both included. */
export function checkDuration(
  field: string,
  duration: Duration,
  minimumSeconds: number,
  maximumSeconds: number,
): Duration {
  const seconds = durationMs(duration) / 1000;
  if (seconds >= minimumSeconds && seconds <= maximumSeconds) return duration;
  throw new StatusError(
    'INVALID_ARGUMENT',
    `The value for ${field} is out of bounds. You passed ${seconds}s in the request, but the value must be between ${minimumSeconds}s and ${maximumSeconds}s.`,
  );
}
