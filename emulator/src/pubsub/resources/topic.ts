import { StatusError } from '../status-error.ts';
import type { Topic } from '../wire/messages.ts';
import { checkDuration, DAY_SECONDS } from './bounds.ts';
import { checkName } from './names.ts';

const SETTLED_HERE = new Set(['name', 'labels', 'messageRetentionDuration', 'state']);
const CHANGEABLE: ReadonlySet<string> = new Set(['labels', 'messageRetentionDuration']);

/**
 * A topic as it is kept, from a request to create one.
 *
 * @throws StatusError INVALID_ARGUMENT for wrong values, UNIMPLEMENTED for features that are not offered:
 * those whose silent absence would change what is delivered.
 */
export function makeTopic(request: Topic): Topic {
  checkName('topics', request.name);
  for (const [field, value] of Object.entries(request)) {
    if (SETTLED_HERE.has(field) || value === undefined || isEmpty(value)) continue;
    throw new StatusError('UNIMPLEMENTED', `Topics with ${field} are not offered by this stand-in.`);
  }
  if (request.messageRetentionDuration !== undefined) {
    checkDuration('message_retention_duration', request.messageRetentionDuration, 600, 31 * DAY_SECONDS);
  }
  return { ...request, state: 'ACTIVE' };
}

/** A topic with the masked fields taken from `change`. */
export function changeTopic(topic: Topic, change: Topic, mask: readonly string[]): Topic {
  checkMask('Topic', mask, CHANGEABLE);
  return makeTopic({ ...topic, ...pick(change, mask) });
}

/** The masked fields; one that is masked but absent is unset. */
export function pick<T extends object>(change: T, mask: readonly string[]): Partial<T> {
  return Object.fromEntries(mask.map((field) => [field, change[field as keyof T]])) as Partial<T>;
}

/** @throws StatusError INVALID_ARGUMENT when the mask is empty or names a field that cannot be changed. */
export function checkMask(kind: string, mask: readonly string[], changeable: ReadonlySet<string>): void {
  if (mask.length === 0) {
    throw new StatusError(
      'INVALID_ARGUMENT',
      `The update_mask in the Update${kind}Request must be set, and must contain a non-empty paths list.`,
    );
  }
  const wrong = mask.find((field) => !changeable.has(field));
  if (wrong !== undefined) {
    throw new StatusError('INVALID_ARGUMENT', `Invalid update_mask provided: '${wrong}' cannot be updated.`);
  }
}

export function isEmpty(value: unknown): boolean {
  return (
    value === '' ||
    value === false ||
    value === 0 ||
    (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
  );
}
