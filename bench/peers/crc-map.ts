import { crc32c } from '@node-rs/crc32';

const BITS = 32;

/**
 * What appending certain bytes does to a CRC32C, whatever came before them.
 *
 * A CRC is affine over the field of two elements, so 33 checksums of a block tell all there is to know of it, and the
 * maps of blocks compose. The checksum of gigabytes of repeated blocks is had without a pass over them.
 */
export interface CrcMap {
  /** What each bit of the checksum so far contributes. */
  readonly columns: readonly number[];
  /** The part that does not depend on the checksum so far. */
  readonly offset: number;
}

const IDENTITY: CrcMap = { columns: Array.from({ length: BITS }, (_, bit) => (1 << bit) >>> 0), offset: 0 };

/** The map of appending these bytes. */
export function crcMapOf(bytes: Buffer): CrcMap {
  const offset = crc32c(bytes, 0);
  return { columns: IDENTITY.columns.map((bit) => (crc32c(bytes, bit) ^ offset) >>> 0), offset };
}

/** The checksum after the map's bytes, given the one before them. */
export function applyCrcMap({ columns, offset }: CrcMap, crc: number): number {
  return (offset ^ linear(columns, crc)) >>> 0;
}

/** The map of appending the bytes of the first, then those of the second. */
export function chainCrcMaps(first: CrcMap, second: CrcMap): CrcMap {
  return {
    columns: first.columns.map((column) => linear(second.columns, column)),
    offset: applyCrcMap(second, first.offset),
  };
}

/** The map of appending the same bytes `count` times. */
export function repeatCrcMap(map: CrcMap, count: number): CrcMap {
  let result = IDENTITY;
  let power = map;
  for (let left = count; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = chainCrcMaps(result, power);
    power = chainCrcMaps(power, power);
  }
  return result;
}

function linear(columns: readonly number[], vector: number): number {
  return columns.reduce((sum, column, bit) => ((vector >>> bit) & 1 ? sum ^ column : sum), 0) >>> 0;
}
