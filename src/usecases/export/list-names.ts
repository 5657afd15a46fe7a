import type { Invocation } from '../invocation.ts';
import type { ExportDependencies } from './export-dependencies.ts';

/** All names of documents under a prefix, holding one page of them. */
export async function* listNames(
  prefix: string,
  { state, attempts }: Pick<ExportDependencies, 'state' | 'attempts'>,
  invocation: Invocation,
): AsyncGenerator<string> {
  let pageToken: string | undefined;
  do {
    const listing = { prefix, pageToken };
    const page = await attempts(invocation, ({ signal }) => state.list(listing, signal));
    yield* page.names;
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
}

/** How many documents there are under a prefix. */
export async function countNames(
  prefix: string,
  deps: Pick<ExportDependencies, 'state' | 'attempts'>,
  invocation: Invocation,
): Promise<number> {
  let count = 0;
  for await (const name of listNames(prefix, deps, invocation)) if (name !== prefix) count += 1;
  return count;
}
