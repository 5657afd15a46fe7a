import * as v from 'valibot';
import { UnavailableError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Authorization } from './authorization.ts';
import { parseRetryAfter } from './http-failure.ts';
import type { Http } from './http.ts';
import { readJsonAnswer } from './json-answer.ts';

/** Where the metadata server is on Google Cloud. */
export const METADATA_HOST = 'metadata.google.internal';

/** The metadata server hands out a new token when the old one has so long left, and the old one before. */
const RENEWED_BEFORE_END_MS = 4 * 60_000;
const TOKEN_TIMEOUT_MS = 10_000;

const schema = v.object({ access_token: v.string(), expires_in: v.number() });

/**
 * Access tokens of the function's own service account, from the metadata server ("Fetching identity and access tokens
 * using the metadata server", Cloud Run documentation).
 *
 * One request and no library: the auth library would take a third of a cold start to find out that it is on Google Cloud.
 */
export function makeMetadataAuthorization(http: Http, host: string, clock: Clock): Authorization {
  const url = `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`;
  let current: { readonly token: Promise<string>; renewAt: number } | undefined;

  const fetchToken = async (renewsAt: (atMs: number) => void): Promise<string> => {
    const call = 'access token';
    const answer = await http({
      method: 'GET',
      url,
      call,
      headers: { 'metadata-flavor': 'Google' },
      signal: AbortSignal.timeout(TOKEN_TIMEOUT_MS),
    }).catch((error: unknown) => {
      if (!(error instanceof DOMException)) throw error;
      throw new UnavailableError(`${call}: no answer in time`, { cause: error, details: { call } });
    });
    if (answer.status !== 200) {
      await answer.discard();
      // Whatever it says, it is the platform's, and not for the configuration to mend.
      const retryAfterMs = parseRetryAfter(answer.header('retry-after'), clock.now());
      throw new UnavailableError(`${call}: answered ${answer.status}`, {
        details: { call, status: answer.status },
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      });
    }
    const token = await readJsonAnswer(answer, call, schema);
    renewsAt(clock.now() + token.expires_in * 1000 - RENEWED_BEFORE_END_MS);
    return token.access_token;
  };

  return {
    async header() {
      if (current === undefined || clock.now() >= current.renewAt) {
        const entry: NonNullable<typeof current> = {
          token: fetchToken((atMs) => (entry.renewAt = atMs)),
          // Until the answer is there, everybody waits for it.
          renewAt: Infinity,
        };
        current = entry;
        entry.token.catch(() => {
          if (current === entry) current = undefined;
        });
      }
      return `Bearer ${await current.token}`;
    },
    refused() {
      current = undefined;
    },
  };
}
