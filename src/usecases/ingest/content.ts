import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Rejection } from '../../domain/ingest/rejection.ts';
import type { Crc32c } from '../../ports/checksum.ts';
import type { OpenedObject } from '../../ports/object-storage.ts';
import { verifiedBody } from './verified-body.ts';

/**
 * Found out in the middle of a body: these bytes can never become an instance. It ends the request it was feeding.
 *
 * The bytes up to there have not been verified, so it condemns the object only once they have been.
 */
export class ContentRejected extends Error {
  readonly rejection: Rejection;

  constructor(rejection: Rejection, cause?: unknown) {
    super(rejection.detail, { cause });
    this.rejection = rejection;
  }
}

/**
 * The content of an object, verified: what is stored, or what it decompresses to.
 *
 * The checksum is that of the stored bytes. Where they are compressed, the content does not end before they have been
 * proven right, so that a request fed with it is cut off rather than completed.
 *
 * @param mostBytes what the content may decompress to.
 * @throws ChecksumMismatchError while iterating; ContentRejected when it is not gzip, or decompresses to too much.
 */
export function verifiedContent(
  opened: OpenedObject,
  crc32c: Crc32c,
  mostBytes: number,
): AsyncIterable<Buffer> {
  const stored = verifiedBody(opened.body, opened, crc32c);
  // An empty object is no gzip stream, whatever it says, but it is not damaged either.
  return opened.contentEncoding === 'gzip' && opened.sizeBytes > 0 ? gunzipped(stored, mostBytes) : stored;
}

async function* gunzipped(stored: AsyncIterable<Buffer>, mostBytes: number): AsyncGenerator<Buffer> {
  const source = Readable.from(stored, { objectMode: false });
  const gunzip = pipeline(source, createGunzip(), () => undefined);
  let size = 0;
  try {
    for await (const block of gunzip as AsyncIterable<Buffer>) {
      size += block.length;
      if (size > mostBytes) throw new ContentRejected(tooLarge(mostBytes));
      yield block;
    }
  } catch (error) {
    if (error instanceof ContentRejected) throw error;
    throw source.errored ?? new ContentRejected(NOT_GZIP, error);
  }
}

const NOT_GZIP: Rejection = {
  reason: 'damaged',
  detail: 'The object says that it is compressed (Content-Encoding: gzip), but it cannot be decompressed.',
};

function tooLarge(mostBytes: number): Rejection {
  return { reason: 'too-large', detail: `The object decompresses to more than ${mostBytes} bytes.` };
}

/** Reads to the end for what that proves. */
export async function readThrough(body: AsyncIterable<Buffer>): Promise<void> {
  const blocks = body[Symbol.asyncIterator]();
  while ((await blocks.next()).done !== true);
}
