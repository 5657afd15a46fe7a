import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { GoogleError } from './google-error.ts';

/** The token a person may use by hand, e.g. `curl -H 'Authorization: Bearer local'`. */
export const DEVELOPER_TOKEN = 'local';
/** Whom it stands for. */
export const DEVELOPER_ACCOUNT = 'developer@local.invalid';

/**
 * The access tokens that the metadata server gave out, and whom they stand for.
 *
 * One registry is shared by all stand-ins of a stack.
 */
export class TokenRegistry {
  readonly #accounts = new Map<string, { account: string; expiresAt: number }>([
    [DEVELOPER_TOKEN, { account: DEVELOPER_ACCOUNT, expiresAt: Infinity }],
  ]);
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  issue(account: string, lifetimeSeconds: number): string {
    const token = `ya29.local-${randomBytes(12).toString('hex')}`;
    this.#accounts.set(token, { account, expiresAt: this.#now() + lifetimeSeconds * 1000 });
    return token;
  }

  /** Tokens of the account are refused from now on, as after a revoked key. */
  revoke(account: string): void {
    for (const [token, holder] of this.#accounts) {
      if (holder.account === account) this.#accounts.delete(token);
    }
  }

  /** The service account behind a token, or undefined when it is unknown or expired. */
  accountOf(token: string): string | undefined {
    const holder = this.#accounts.get(token);
    return holder !== undefined && holder.expiresAt > this.#now() ? holder.account : undefined;
  }

  /**
   * The account that sends a request.
   *
   * @throws GoogleError 401 without a bearer token, or with one that was not given out or has expired.
   */
  authenticate(request: Pick<IncomingMessage, 'headers'>): string {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ');
    const account = scheme?.toLowerCase() === 'bearer' ? this.accountOf(token ?? '') : undefined;
    if (account !== undefined) return account;
    throw new GoogleError(
      401,
      'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
    );
  }
}
