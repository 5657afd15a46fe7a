import * as v from 'valibot';

/** What a delivery's log tells. */
export interface LoggedWork {
  /** The waits between attempts, in milliseconds. */
  readonly delaysMs: readonly number[];
  /** Whether it was given back with word that somebody has to mend something. */
  readonly isConfigurationFault: boolean;
}

const line = v.looseObject({
  message: v.string(),
  delayMs: v.optional(v.number()),
  isConfigurationFault: v.optional(v.boolean()),
});

/** Reads log lines in Cloud Logging's form. */
export function readLog(lines: readonly string[]): LoggedWork {
  const read = lines.map((text) => v.parse(line, JSON.parse(text)));
  return {
    delaysMs: read.filter(({ message }) => message === 'tried again').map(({ delayMs }) => delayMs ?? NaN),
    isConfigurationFault: read.some((entry) => entry.isConfigurationFault === true),
  };
}
