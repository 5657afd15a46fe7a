import { RUN_ATTRIBUTE, type DeadLetter, type LetterKind } from './dead-letter.ts';

export interface LetterFilter {
  /** Undefined for all. */
  readonly only: LetterKind | undefined;
  /** Undefined for all. */
  readonly cause: string | undefined;
  /** A command that was first published longer ago is kept back. Milliseconds. */
  readonly commandAgeMs: number;
  /** Whether commands without an id are sent back, with one of the tool's. */
  readonly givesIds: boolean;
}

/**
 * What is to become of a dead letter, in the words of the table.
 *
 * `not chosen` is somebody's wish; the others are rules, and what they keep back counts as not sent.
 */
export type LetterChoice = 'send' | 'not chosen' | 'failed again' | 'too old' | 'without id';

/** @param run this one's name. */
export function chooseLetter(
  letter: DeadLetter,
  filter: LetterFilter,
  run: string,
  nowMs: number,
): LetterChoice {
  const { kind, cause, attributes, firstPublishedAtMs, idless } = letter;
  if (filter.only !== undefined && kind !== filter.only) return 'not chosen';
  if (filter.cause !== undefined && cause !== filter.cause) return 'not chosen';
  // Sent back by this very run, and given up since: another time would end the same way.
  if (attributes[RUN_ATTRIBUTE] === run) return 'failed again';
  // To the functions, what is published again is new, and so COMMAND_MAX_AGE says nothing of it.
  if (kind === 'command' && nowMs - (firstPublishedAtMs ?? -Infinity) > filter.commandAgeMs) return 'too old';
  if (idless !== undefined && !filter.givesIds) return 'without id';
  return 'send';
}
