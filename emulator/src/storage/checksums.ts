import { createHash, type Hash } from 'node:crypto';
import { crc32c } from '@node-rs/crc32';
import { GoogleError } from '../http/google-error.ts';

/** The checksums of a body in the JSON API's form: base64, the CRC32C of its four bytes in big-endian order. */
export interface Checksums {
  readonly crc32c: string;
  readonly md5Hash: string;
}

/** What a client says the checksums are; what it leaves out is not checked. */
export type ExpectedChecksums = Partial<Checksums>;

/** CRC32C and MD5 of bytes that pass by. */
export class RunningChecksums {
  #crc = 0;
  readonly #md5: Hash = createHash('md5');

  update(chunk: Uint8Array): void {
    this.#crc = crc32c(chunk, this.#crc);
    this.#md5.update(chunk);
  }

  /** Ends the calculation. */
  digest(): Checksums {
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(this.#crc >>> 0);
    return { crc32c: crc.toString('base64'), md5Hash: this.#md5.digest('base64') };
  }
}

/**
 * Reads `x-goog-hash: crc32c=…,md5=…`, sent once or several times, and `Content-MD5`.
 *
 * @throws GoogleError 400 for a kind of hash that is not known, which would otherwise go unchecked.
 */
export function parseHashHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): ExpectedChecksums {
  const expected: { crc32c?: string; md5Hash?: string } = {};
  const contentMd5 = headers['content-md5'];
  if (typeof contentMd5 === 'string') expected.md5Hash = contentMd5.trim();
  const stated = headers['x-goog-hash'];
  for (const pair of String(stated ?? '').split(',')) {
    const text = pair.trim();
    const equals = text.indexOf('=');
    const kind = text.slice(0, Math.max(0, equals)).toLowerCase();
    if (kind === 'crc32c') expected.crc32c = text.slice(equals + 1);
    else if (kind === 'md5') expected.md5Hash = text.slice(equals + 1);
    else if (text !== '') throw new GoogleError(400, `Invalid x-goog-hash header: ${text}`);
  }
  return expected;
}

/** @throws GoogleError 400 when a body is not what one of the expectations says. */
export function verifyChecksums(actual: Checksums, ...expectations: readonly ExpectedChecksums[]): void {
  for (const expected of expectations) {
    if (expected.crc32c !== undefined && expected.crc32c !== actual.crc32c) {
      throw new GoogleError(
        400,
        `Provided CRC32C "${expected.crc32c}" doesn't match calculated CRC32C "${actual.crc32c}".`,
      );
    }
    if (expected.md5Hash !== undefined && expected.md5Hash !== actual.md5Hash) {
      throw new GoogleError(
        400,
        `Provided MD5 hash "${expected.md5Hash}" doesn't match calculated MD5 hash "${actual.md5Hash}".`,
      );
    }
  }
}
