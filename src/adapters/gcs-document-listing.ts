import * as v from 'valibot';
import type { DocumentListing, DocumentPage } from '../ports/document-storage.ts';
import type { DocumentBucket } from './gcs-document-requests.ts';
import { readJsonAnswer } from './json-answer.ts';
import { refusal } from './refusal.ts';

/**
 * A page as the service writes it.
 *
 * Of an empty page only the kind is left, so it is asked for: any other object would else read as "there is nothing",
 * and on that word holds are overlooked.
 */
const page = v.object({
  kind: v.literal('storage#objects'),
  items: v.optional(v.array(v.object({ name: v.string() })), []),
  prefixes: v.optional(v.array(v.string()), []),
  nextPageToken: v.optional(v.string()),
});
const FIELDS = 'kind,items/name,prefixes,nextPageToken';

/** One page of the names in a bucket ("Objects: list"). */
export async function listDocuments(
  { http, endpoint, bucket }: DocumentBucket,
  { prefix, delimiter, startOffset, pageToken, limit }: DocumentListing,
  signal: AbortSignal,
): Promise<DocumentPage> {
  const call = 'list documents';
  const query = new URLSearchParams({ prefix, fields: FIELDS });
  if (delimiter !== undefined) query.set('delimiter', delimiter);
  if (startOffset !== undefined) query.set('startOffset', startOffset);
  if (pageToken !== undefined) query.set('pageToken', pageToken);
  if (limit !== undefined) query.set('maxResults', String(limit));
  const url = `${endpoint}/storage/v1/b/${encodeURIComponent(bucket)}/o?${query.toString()}`;
  const answer = await http({ method: 'GET', call, url, headers: {}, signal });
  if (answer.status !== 200) throw await refusal(answer);
  const { items, prefixes, nextPageToken } = await readJsonAnswer(answer, call, page);
  return { names: items.map(({ name }) => name), prefixes, nextPageToken };
}
