/**
 * Continues a CRC32C (Castagnoli) over one more block.
 *
 * @param previous the value so far, 0 at the beginning.
 * @returns an unsigned 32-bit number.
 */
export type Crc32c = (block: Buffer, previous: number) => number;
