import { StatusError } from '../status-error.ts';

/** What a subscription's `topic` reads after its topic was deleted. */
export const DELETED_TOPIC = '_deleted-topic_';

type Collection = 'topics' | 'subscriptions';

/**
 * Checks the full name of a resource, e.g. `projects/P/topics/T`.
 *
 * @throws StatusError INVALID_ARGUMENT when it is not one that Google would give out.
 */
export function checkName(collection: Collection, name: string | undefined): string {
  const [projects, project, found, id, ...more] = (name ?? '').split('/');
  const isWellFormed =
    projects === 'projects' &&
    project !== undefined &&
    project !== '' &&
    found === collection &&
    /^(?!goog)[A-Za-z][A-Za-z0-9\-._~+%]{2,254}$/.test(id ?? '') &&
    more.length === 0;
  if (isWellFormed) return name ?? '';
  throw new StatusError('INVALID_ARGUMENT', `Invalid [${collection}] name: (name=${name ?? ''})`);
}

/** The project of a full resource name. */
export function projectOf(name: string): string {
  return name.split('/')[1] ?? '';
}

/** The last part of a full resource name. */
export function idOf(name: string): string {
  return name.split('/').at(-1) ?? '';
}
