import { createHash } from 'node:crypto';
import type { PushConfig } from '../wire/messages.ts';

/**
 * The bearer token of an authenticated push: the claims of a Google ID token, but **not signed** (`alg: none`),
 * since nobody here holds Google's keys. A receiver can read audience and e-mail; it cannot verify them.
 *
 * @returns undefined when the subscription asks for none.
 */
export function oidcToken(config: PushConfig, now: number): string | undefined {
  const email = config.oidcToken?.serviceAccountEmail ?? '';
  if (email === '') return undefined;
  const issuedAt = Math.floor(now / 1000);
  const audience = config.oidcToken?.audience ?? '';
  const subject = BigInt(`0x${createHash('sha256').update(email).digest('hex').slice(0, 16)}`).toString();
  const claims = {
    aud: audience === '' ? (config.pushEndpoint ?? '') : audience,
    azp: subject,
    email,
    email_verified: true,
    exp: issuedAt + 3600,
    iat: issuedAt,
    iss: 'https://accounts.google.com',
    sub: subject,
  };
  return `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
