import { crc32c } from '@node-rs/crc32';
import { applyCrcMap, chainCrcMaps, crcMapOf, repeatCrcMap, type CrcMap } from './crc-map.ts';
import { HEADER_BYTES, makeHeader } from './synthetic-instance.ts';

/** An object of the inbox that exists only while it is read. */
export interface SyntheticObject {
  readonly sizeBytes: number;
  /** Of the whole object. */
  readonly crc32c: number;
  /** The object piece by piece; all but the first are views of one block. */
  pieces(): Iterable<Buffer>;
}

const BLOCK_BYTES = 256 * 1024;
const BLOCK = Buffer.alloc(
  BLOCK_BYTES,
  Uint8Array.from({ length: 251 }, (_, index) => (index * 37) % 251),
);
const BLOCK_MAP = crcMapOf(BLOCK);

/** The pixels of all objects of one size are the same, so this is worked out once for each. */
const pixelMaps = new Map<number, CrcMap>();

/** @throws RangeError when there is no object of that size. */
export function makeObject(number: number, sizeBytes: number): SyntheticObject {
  const header = makeHeader(number, sizeBytes);
  const pixelBytes = sizeBytes - HEADER_BYTES;
  return {
    sizeBytes,
    crc32c: applyCrcMap(pixelMap(pixelBytes), crc32c(header)),
    *pieces() {
      const first = Math.min(pixelBytes, BLOCK_BYTES - HEADER_BYTES);
      yield Buffer.concat([header, BLOCK.subarray(0, first)]);
      for (let left = pixelBytes - first; left > 0; left -= BLOCK_BYTES) {
        yield left >= BLOCK_BYTES ? BLOCK : BLOCK.subarray(0, left);
      }
    },
  };
}

function pixelMap(pixelBytes: number): CrcMap {
  const known = pixelMaps.get(pixelBytes);
  if (known !== undefined) return known;
  const first = Math.min(pixelBytes, BLOCK_BYTES - HEADER_BYTES);
  const blocks = Math.floor((pixelBytes - first) / BLOCK_BYTES);
  const last = pixelBytes - first - blocks * BLOCK_BYTES;
  const map = [repeatCrcMap(BLOCK_MAP, blocks), crcMapOf(BLOCK.subarray(0, last))].reduce(
    chainCrcMaps,
    crcMapOf(BLOCK.subarray(0, first)),
  );
  pixelMaps.set(pixelBytes, map);
  return map;
}
