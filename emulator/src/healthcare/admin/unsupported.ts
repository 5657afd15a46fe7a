import type { IncomingMessage } from 'node:http';
import { GoogleError } from '../../http/google-error.ts';

/** The answer to a method that Google may have and the stand-in does not. */
export function unsupported({ method = '' }: IncomingMessage): GoogleError {
  return new GoogleError(501, `The local stand-in does not implement ${method} on this path.`);
}
