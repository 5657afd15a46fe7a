import type { DocumentListing, DocumentStorage } from '../ports/document-storage.ts';
import type { Attempts } from './attempts.ts';
import type { Invocation } from './invocation.ts';

/** Names of documents as they are listed, page by page to the end: a page may be short, or empty, and not the last. */
export async function* eachName(
  documents: Pick<DocumentStorage, 'list'>,
  listing: Omit<DocumentListing, 'pageToken'>,
  attempts: Attempts,
  invocation: Invocation,
): AsyncGenerator<string> {
  let pageToken: string | undefined;
  do {
    const page = await attempts(invocation, () =>
      documents.list({ ...listing, pageToken }, invocation.signal),
    );
    yield* page.names;
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
}

/** The first names under a prefix, in their order, as many as are wanted at most. */
export async function firstNames(
  documents: Pick<DocumentStorage, 'list'>,
  { prefix, limit }: { readonly prefix: string; readonly limit: number },
  attempts: Attempts,
  invocation: Invocation,
): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const name of eachName(documents, { prefix, limit }, attempts, invocation)) {
    names.push(name);
    if (names.length === limit) break;
  }
  return names;
}

/** How many documents there are under a prefix. */
export async function countNames(
  documents: Pick<DocumentStorage, 'list'>,
  prefix: string,
  attempts: Attempts,
  invocation: Invocation,
): Promise<number> {
  const names = eachName(documents, { prefix }, attempts, invocation);
  let count = 0;
  while ((await names.next()).done !== true) count += 1;
  return count;
}
