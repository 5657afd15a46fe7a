import { describe, expect, it } from '@jest/globals';
import type { DocumentListing, DocumentPage } from '../../../src/ports/document-storage.ts';
import { eachName, firstNames } from '../../../src/usecases/each-name.ts';
import { makeParts } from '../../support/deletion-context.ts';

/** Lists page after page, whatever is asked for. */
function pagesOf(...pages: readonly (readonly string[])[]) {
  const asked: DocumentListing[] = [];
  const list = (listing: DocumentListing): Promise<DocumentPage> => {
    asked.push(listing);
    const page = Number(listing.pageToken ?? 0);
    const nextPageToken = page + 1 < pages.length ? String(page + 1) : undefined;
    return Promise.resolve({ names: pages[page] ?? [], prefixes: [], nextPageToken });
  };
  return { list, asked };
}

const { deps, invocation } = makeParts();

describe('names of documents', () => {
  it('are listed to the last page, also behind an empty one', async () => {
    const documents = pagesOf(['a'], [], ['b', 'c']);
    const names = eachName(documents, { prefix: '' }, deps.attempts, invocation);
    await expect(Array.fromAsync(names)).resolves.toEqual(['a', 'b', 'c']);
  });

  it.each([
    [1, ['a'], 2],
    [2, ['a', 'b'], 3],
    [9, ['a', 'b', 'c'], 3],
  ])('are listed no further than the first %i', async (limit, expected, calls) => {
    const documents = pagesOf([], ['a'], ['b', 'c']);
    const names = firstNames(documents, { prefix: 'p', limit }, deps.attempts, invocation);
    await expect(names).resolves.toEqual(expected);
    expect(documents.asked).toHaveLength(calls);
  });
});
