import type { FoundAttributes, SearchQuery } from '../../ports/dicom-search.ts';
import type { Invocation } from '../invocation.ts';
import type { ExportDependencies } from './export-dependencies.ts';

export type SearchDependencies = Pick<ExportDependencies, 'search' | 'searchLane' | 'attempts' | 'paging'>;

/** Whether all matches were seen, or there may be more behind the last offset that a store takes. */
export type SearchEnd = 'all' | 'limit';

/**
 * All matches, page by page, until an empty one: a store may give fewer than were asked for without there being no more.
 *
 * A match may come twice, and one that comes or goes meanwhile may be missed: pages have no order that lasts.
 */
export async function* searchPages(
  query: Omit<SearchQuery, 'limit' | 'offset'>,
  deps: SearchDependencies,
  invocation: Invocation,
): AsyncGenerator<readonly FoundAttributes[], SearchEnd> {
  const { pageSize: limit, mostOffset } = deps.paging;
  for (let offset = 0; offset <= mostOffset;) {
    const page = await searchPage({ ...query, limit, offset }, deps, invocation);
    if (page.length === 0) return 'all';
    yield page;
    offset += page.length;
  }
  return 'limit';
}

/** The matches of {@link searchPages}, one by one. */
export async function* searchAll(
  query: Omit<SearchQuery, 'limit' | 'offset'>,
  deps: SearchDependencies,
  invocation: Invocation,
): AsyncGenerator<FoundAttributes, SearchEnd> {
  const pages = searchPages(query, deps, invocation);
  for (;;) {
    const next = await pages.next();
    if (next.done === true) return next.value;
    yield* next.value;
  }
}

export function searchPage(
  query: SearchQuery,
  { search, searchLane, attempts }: SearchDependencies,
  invocation: Invocation,
): Promise<readonly FoundAttributes[]> {
  return attempts(invocation, (limits) =>
    searchLane.run((paced) => paced(() => search.search(query, limits.signal)), limits),
  );
}
