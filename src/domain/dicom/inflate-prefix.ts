import { constants, inflateRawSync } from 'node:zlib';
import { DamagedDataSet } from './element.ts';

/** Deflate cannot grow its input by more than about 1032 : 1, so this much input cannot exceed a bound of 4 MiB by much. */
const FIRST_SLICE_BYTES = 4096;

export interface InflatedPrefix {
  readonly bytes: Buffer;
  /** Whether all that was given has been inflated, rather than as much as the limit allowed. */
  readonly isAll: boolean;
}

/**
 * Inflates the beginning of a deflated data set (PS3.5 annex A.5), bounded in its output.
 *
 * @param deflated the compressed bytes at hand, possibly not all of them.
 * @throws DamagedDataSet when they are not a deflate stream.
 */
export function inflatePrefix(deflated: Buffer, limitBytes: number): InflatedPrefix {
  let best = inflate(deflated.subarray(0, FIRST_SLICE_BYTES), Math.max(limitBytes, FIRST_SLICE_BYTES * 1100));
  for (let size = FIRST_SLICE_BYTES; size < deflated.length;) {
    size = Math.min(size * 4, deflated.length);
    const larger = inflate(deflated.subarray(0, size), limitBytes);
    if (larger === undefined) return { bytes: best ?? Buffer.alloc(0), isAll: false };
    best = larger;
  }
  return { bytes: best ?? Buffer.alloc(0), isAll: true };
}

/** Undefined when the output would be longer than the limit. */
function inflate(deflated: Buffer, maxOutputLength: number): Buffer | undefined {
  try {
    return inflateRawSync(deflated, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw new DamagedDataSet('its transfer syntax is deflated, but its data set is not', { cause: error });
  }
}
