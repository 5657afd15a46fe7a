import type { DocumentListing, DocumentPage } from '../../src/ports/document-storage.ts';

/** One page of names as Cloud Storage lists them: in the order of their bytes, names and prefixes counted together. */
export function listPage(
  names: Iterable<string>,
  { prefix, delimiter, startOffset = '', pageToken, limit }: DocumentListing & { readonly limit: number },
): DocumentPage {
  const entries = new Set(
    [...names]
      .filter((name) => name.startsWith(prefix) && compareBytes(name, startOffset) >= 0)
      .map((name) => {
        const cut = delimiter === undefined ? -1 : name.indexOf(delimiter, prefix.length);
        return cut === -1 ? name : name.slice(0, cut + 1);
      }),
  );
  const all = [...entries].sort(compareBytes);
  // A token is the last entry of the page before, so that what comes and goes meanwhile moves nothing.
  const rest = pageToken === undefined ? all : all.filter((entry) => compareBytes(entry, pageToken) > 0);
  const page = rest.slice(0, limit);
  const isPrefix = (entry: string): boolean =>
    delimiter !== undefined && entry.indexOf(delimiter, prefix.length) !== -1;
  return {
    names: page.filter((entry) => !isPrefix(entry)),
    prefixes: page.filter(isPrefix),
    nextPageToken: rest.length > page.length ? page.at(-1) : undefined,
  };
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
