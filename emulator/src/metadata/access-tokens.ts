import type { TokenRegistry } from '../http/tokens.ts';

/** What the metadata server answers a request for a token with. */
export interface AccessToken {
  readonly access_token: string;
  readonly expires_in: number;
  readonly token_type: 'Bearer';
}

/** With less than this left the metadata server makes a new token instead of handing out the old one. */
const RENEWED_BEFORE_END_MS = 300_000;

/**
 * The access tokens of one account, in the metadata server's way: the same token again until it is about to
 * expire, with the seconds it has left.
 *
 * A token that the registry no longer knows (it was revoked) is replaced at once, so that a client that asks
 * again after a 401 gets one that works.
 */
export function makeAccessTokens(options: {
  readonly tokens: TokenRegistry;
  readonly account: string;
  readonly lifetimeSeconds: number;
  readonly now?: () => number;
}): () => AccessToken {
  const { tokens, account, lifetimeSeconds, now = Date.now } = options;
  let current: { token: string; expiresAt: number } | undefined;
  return () => {
    const isUsable =
      current !== undefined &&
      current.expiresAt - now() >= RENEWED_BEFORE_END_MS &&
      tokens.accountOf(current.token) === account;
    if (current === undefined || !isUsable) {
      current = {
        token: tokens.issue(account, lifetimeSeconds),
        expiresAt: now() + lifetimeSeconds * 1000,
      };
    }
    return {
      access_token: current.token,
      expires_in: Math.floor((current.expiresAt - now()) / 1000),
      token_type: 'Bearer',
    };
  };
}
