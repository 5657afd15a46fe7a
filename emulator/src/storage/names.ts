import { GoogleError } from '../http/google-error.ts';

const OBJECT_NAME_LIMIT_BYTES = 1024;

/**
 * Object names are any UTF-8 of 1 to 1,024 bytes without line breaks, except `.` and `..`.
 *
 * @throws GoogleError 400.
 */
export function checkObjectName(name: string): void {
  if (name === '') throw new GoogleError(400, 'Required', 'required');
  if (!name.isWellFormed()) throw new GoogleError(400, 'The object name is not valid UTF-8.');
  if (Buffer.byteLength(name) > OBJECT_NAME_LIMIT_BYTES) {
    throw new GoogleError(400, 'The specified object name is too long.');
  }
  if (/[\r\n]/.test(name)) throw new GoogleError(400, 'Object names may not contain line breaks.');
  if (name === '.' || name === '..') throw new GoogleError(400, `Invalid object name: ${name}`);
}

/** @throws GoogleError 400. */
export function checkBucketName(name: unknown): asserts name is string {
  const isValid =
    typeof name === 'string' &&
    /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(name) &&
    name.split('.').every((part) => part.length >= 1 && part.length <= 63);
  if (!isValid) throw new GoogleError(400, `Invalid bucket name: '${String(name)}'`);
}
