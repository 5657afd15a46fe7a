import { constants, inflateRawSync } from 'node:zlib';

/** Deflate cannot grow its input by more than about 1032 : 1, so this much input cannot exceed a bound of 4 MiB by much. */
const FIRST_SLICE_BYTES = 4096;

export interface InflatedPrefix {
  readonly bytes: Buffer;
  /** Where they end: with what was given, at the limit, or where the stream is no deflate stream any more. */
  readonly end: 'all' | 'limit' | 'damage';
}

/**
 * Inflates the beginning of a deflated data set (PS3.5 annex A.5), bounded in its output.
 *
 * What comes out does not depend on how much was given: it goes exactly as far as the limit or the damage allows.
 *
 * @param deflated the compressed bytes at hand, possibly not all of them.
 */
export function inflatePrefix(deflated: Buffer, limitBytes: number): InflatedPrefix {
  let bytes: Buffer = Buffer.alloc(0);
  let end: InflatedPrefix['end'] = 'all';
  let good = 0;
  let bad = deflated.length + 1;
  // In growing steps as long as all goes well; then halving to the longest slice that does.
  while (good + 1 < bad) {
    const isBounded = bad <= deflated.length;
    const size = isBounded
      ? Math.floor((good + bad) / 2)
      : Math.min(Math.max(good * 4, FIRST_SLICE_BYTES), deflated.length);
    const slice = inflate(deflated.subarray(0, size), limitOf(size, limitBytes));
    if (typeof slice === 'string') [bad, end] = [size, slice];
    else [good, bytes] = [size, slice];
  }
  return { bytes, end };
}

/** The first slice is always inflated, because it cannot grow to much. */
function limitOf(size: number, limitBytes: number): number {
  return size <= FIRST_SLICE_BYTES ? Math.max(limitBytes, FIRST_SLICE_BYTES * 1100) : limitBytes;
}

function inflate(deflated: Buffer, maxOutputLength: number): Buffer | 'limit' | 'damage' {
  try {
    return inflateRawSync(deflated, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'limit' : 'damage';
  }
}
