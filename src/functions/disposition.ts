import { CourierError, type ErrorCode } from '../domain/errors.ts';

/**
 * What the platform is told of a delivery that could not be finished. All of them give it back: only an outcome that
 * has been published acknowledges.
 */
export interface Disposition {
  /** 429 slow down and deliver again; 503 deliver again; 500 nobody foresaw this, deliver again. */
  readonly status: 429 | 503 | 500;
  /** Whether waiting alone will not help: somebody has to mend rights, names or settings. */
  readonly isConfigurationFault: boolean;
}

const DISPOSITIONS: Readonly<Record<ErrorCode, Disposition>> = {
  throttled: { status: 429, isConfigurationFault: false },
  unavailable: { status: 503, isConfigurationFault: false },
  'connection-lost': { status: 503, isConfigurationFault: false },
  'malformed-answer': { status: 503, isConfigurationFault: false },
  'checksum-mismatch': { status: 503, isConfigurationFault: false },
  'deadline-exceeded': { status: 503, isConfigurationFault: false },
  'precondition-failed': { status: 503, isConfigurationFault: false },
  unauthenticated: { status: 503, isConfigurationFault: true },
  'permission-denied': { status: 503, isConfigurationFault: true },
  'not-found': { status: 503, isConfigurationFault: true },
  'request-refused': { status: 503, isConfigurationFault: true },
  'invalid-configuration': { status: 503, isConfigurationFault: true },
};

export function dispositionOf(error: unknown): Disposition {
  return error instanceof CourierError
    ? DISPOSITIONS[error.code]
    : { status: 500, isConfigurationFault: false };
}
