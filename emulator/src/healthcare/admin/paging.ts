import { GoogleError } from '../../http/google-error.ts';
import type { Resource } from '../storage/datasets.ts';

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1000;

/**
 * One page of a list method, in the order of names.
 *
 * @param field what the list is called in the answer, e.g. `datasets`.
 * @throws GoogleError 400 for a page size that is no number; 501 for a filter.
 */
export function listPage(field: string, resources: readonly Resource[], query: URLSearchParams): object {
  if (query.has('filter')) throw new GoogleError(501, 'The local stand-in does not filter lists.');
  const pageSize = Number(query.get('pageSize') ?? DEFAULT_PAGE_SIZE);
  if (!Number.isInteger(pageSize) || pageSize < 0) throw new GoogleError(400, 'Invalid value for pageSize.');
  const size = Math.min(pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize, MAX_PAGE_SIZE);
  const token = query.get('pageToken');
  const last = token === null ? '' : Buffer.from(token, 'base64url').toString('utf8');
  const rest = resources.filter(({ name }) => name > last).sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = rest.slice(0, size);
  const lastOfPage = page.at(-1);
  const nextPageToken =
    lastOfPage !== undefined && rest.length > size
      ? Buffer.from(lastOfPage.name).toString('base64url')
      : undefined;
  return { [field]: page, nextPageToken };
}
