import { MalformedAnswerError, NotFoundError } from '../domain/errors.ts';
import type { Http, HttpAnswer } from './http.ts';
import { refusal } from './refusal.ts';

/** Where the JSON API of Cloud Storage is, unless an emulator stands in its place. */
export const STORAGE_ENDPOINT = 'https://storage.googleapis.com';

/** The resource of an object in the JSON API. */
export function objectUrl(endpoint: string, bucket: string, name: string): string {
  return `${endpoint}/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`;
}

/**
 * Whether a creation was answered because the object is there already.
 *
 * A precondition says so with 412. An account that may create but not delete may be told 403 instead, because replacing
 * an object takes the right to delete; which of both comes first is not documented, so a 403 is looked into.
 */
export async function isThereAlready(
  answer: HttpAnswer,
  http: Http,
  url: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (answer.status === 412) return true;
  if (answer.status !== 403) return false;
  const found = await http({
    method: 'GET',
    call: 'look for object',
    url: `${url}?fields=generation`,
    headers: {},
    signal,
  });
  await found.discard();
  return found.status === 200;
}

/**
 * Comes back when an answer to a deletion says that the object is gone.
 *
 * Gone before is what was wanted too: an earlier delivery may have been here.
 */
export async function settleRemoval(answer: HttpAnswer, call: string): Promise<void> {
  // "An empty response body" ("Objects: delete"); a 200 that has one comes from something in between.
  if (answer.status === 200 && (await answer.text()) !== '') {
    throw new MalformedAnswerError(`${call}: answered 200 with a body`, { details: { call } });
  }
  if (answer.status === 204 || answer.status === 200) {
    await answer.discard();
    return;
  }
  const failure = await refusal(answer);
  if (!(failure instanceof NotFoundError)) throw failure;
}
