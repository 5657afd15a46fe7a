import type { GoogleAuth } from 'google-auth-library';
import { UnauthenticatedError, UnavailableError } from '../domain/errors.ts';
import type { Authorization } from './authorization.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/**
 * Access tokens of the Application Default Credentials, fetched when first needed and refreshed before they expire.
 *
 * The library is loaded with the first token, so that it costs a cold start nothing before the first request.
 *
 * @param projectId saves the library from looking for it, which takes a process of `gcloud` and another request.
 */
export function makeGoogleAuthorization(projectId: string): Authorization {
  let auth: Promise<GoogleAuth> | undefined;
  return {
    async header() {
      auth ??= import('google-auth-library').then(
        ({ GoogleAuth }) => new GoogleAuth({ scopes: SCOPE, projectId }),
      );
      const library = await auth;
      try {
        const token = await library.getAccessToken();
        return token == null ? undefined : `Bearer ${token}`;
      } catch (error) {
        throw failureOfToken(error);
      }
    },
    // A client keeps its token until it expires; a new client has none.
    refused() {
      auth = undefined;
    },
  };
}

/** Whether the metadata server or token endpoint was only out of reach, or there are no credentials to be had. */
function failureOfToken(cause: unknown): Error {
  const { status, code } = cause as { status?: unknown; code?: unknown };
  const details = { call: 'access token', status: typeof status === 'number' ? status : null };
  const isTransient = typeof status === 'number' ? status === 429 || status >= 500 : typeof code === 'string';
  return isTransient
    ? new UnavailableError('access token: not to be had now', { cause, details })
    : new UnauthenticatedError('access token: no credentials', { cause, details });
}
