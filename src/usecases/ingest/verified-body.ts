import { ChecksumMismatchError } from '../../domain/errors.ts';
import type { Crc32c } from '../../ports/checksum.ts';

/** What the stored bytes are known to be. */
export interface Expected {
  readonly sizeBytes: number;
  readonly crc32c: number;
}

/**
 * The same bytes, but the last block only once all of them have been proven right.
 *
 * So a request whose body this is cannot be completed with damaged bytes: its last block is missing, and what follows
 * is an error instead.
 *
 * @throws ChecksumMismatchError in place of the last block, when length or CRC32C is not what was expected.
 */
export async function* verifiedBody(
  source: AsyncIterable<Buffer>,
  expected: Expected,
  crc32c: Crc32c,
): AsyncGenerator<Buffer> {
  let held: Buffer | undefined;
  let size = 0;
  let checksum = 0;
  for await (const block of source) {
    if (block.length === 0) continue;
    size += block.length;
    checksum = crc32c(block, checksum);
    // Too many bytes are found out before they could make up the length of the right ones.
    if (size > expected.sizeBytes) break;
    if (held !== undefined) yield held;
    held = block;
  }
  if (size !== expected.sizeBytes || checksum !== expected.crc32c) {
    throw new ChecksumMismatchError(
      'The object arrived damaged: its length or CRC32C is not that of the stored bytes.',
      {
        details: {
          sizeBytes: size,
          expectedSizeBytes: expected.sizeBytes,
          isChecksumRight: checksum === expected.crc32c,
        },
      },
    );
  }
  if (held !== undefined) yield held;
}
