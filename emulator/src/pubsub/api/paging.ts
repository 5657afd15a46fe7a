import { StatusError } from '../status-error.ts';

interface PageRequest {
  pageSize?: number | undefined;
  pageToken?: string | undefined;
}

const LARGEST_PAGE = 1000;

/**
 * One page of a list, by name; the token is the name of the first item of the next page.
 *
 * @throws StatusError INVALID_ARGUMENT for a negative page size.
 */
export function page<T>(
  all: readonly T[],
  nameOf: (item: T) => string,
  request: PageRequest,
): { readonly items: T[]; readonly nextPageToken: string } {
  const size = request.pageSize ?? 0;
  if (size < 0) throw new StatusError('INVALID_ARGUMENT', 'The page size must not be negative.');
  const rest = all
    .filter((item) => nameOf(item) >= (request.pageToken ?? ''))
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const end = Math.min(size === 0 ? LARGEST_PAGE : size, LARGEST_PAGE);
  const next = rest[end];
  return { items: rest.slice(0, end), nextPageToken: next === undefined ? '' : nameOf(next) };
}
