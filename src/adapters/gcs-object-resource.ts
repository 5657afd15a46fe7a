import * as v from 'valibot';
import type { WrittenObject } from '../ports/object-writer.ts';

/** The resource of an object, as far as it says which bytes it has. JSON int64 come as strings. */
export const objectResource = v.object({
  generation: v.pipe(v.string(), v.digits()),
  size: v.pipe(v.string(), v.digits(), v.transform(Number)),
  crc32c: v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{6}==$/)),
});

export function toWrittenObject({
  generation,
  size,
  crc32c,
}: v.InferOutput<typeof objectResource>): WrittenObject {
  return { generation, sizeBytes: size, crc32c: Buffer.from(crc32c, 'base64').readUInt32BE(0) };
}

/** A checksum as the JSON API writes it: base64 of the four bytes in big-endian order. */
export function formatCrc32c(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}
