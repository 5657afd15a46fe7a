import type { HttpAnswer } from './http.ts';

/** Where the JSON API of Cloud Storage is, unless an emulator stands in its place. */
export const STORAGE_ENDPOINT = 'https://storage.googleapis.com';

/** The resource of an object in the JSON API. */
export function objectUrl(endpoint: string, bucket: string, name: string): string {
  return `${endpoint}/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`;
}

/** The domain error for an answer, whose body is read away for the connection's sake. */
export async function refusal(answer: HttpAnswer): Promise<Error> {
  await answer.discard();
  return answer.failure();
}
