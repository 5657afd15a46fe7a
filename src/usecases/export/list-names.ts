import type { Invocation } from '../invocation.ts';
import type { ExportDependencies } from './export-dependencies.ts';

type ListDependencies = Pick<ExportDependencies, 'state' | 'attempts'>;

/** All names of documents under a prefix, holding one page of them. */
export async function* listNames(
  prefix: string,
  deps: ListDependencies,
  invocation: Invocation,
): AsyncGenerator<string> {
  for await (const names of listPages(prefix, deps, invocation)) yield* names;
}

/** How many documents there are under a prefix. */
export async function countNames(
  prefix: string,
  deps: ListDependencies,
  invocation: Invocation,
): Promise<number> {
  let count = 0;
  for await (const names of listPages(prefix, deps, invocation)) count += names.length;
  return count;
}

async function* listPages(
  prefix: string,
  { state, attempts }: ListDependencies,
  invocation: Invocation,
): AsyncGenerator<readonly string[]> {
  let pageToken: string | undefined;
  do {
    const listing = { prefix, pageToken };
    const page = await attempts(invocation, ({ signal }) => state.list(listing, signal));
    yield page.names;
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
}
