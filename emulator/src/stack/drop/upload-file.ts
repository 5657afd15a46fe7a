import type { Bucket } from '@google-cloud/storage';
import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Fingerprint } from './fingerprint.ts';

/** From here on an upload is resumable, as Google advises; below, one request is quicker. */
const RESUMABLE_FROM_BYTES = 8 * 1024 * 1024;

/** The file went on changing while it was read. Nothing was uploaded; it is to be looked at again. */
export class FileChangedError extends Error {
  constructor(path: string) {
    super(`${path} changed while it was being uploaded`);
    this.name = 'FileChangedError';
  }
}

/** Puts the content of a file into an object. */
export type Upload = (
  path: string,
  objectName: string,
  expected: Fingerprint,
  signal: AbortSignal,
) => Promise<void>;

/**
 * Uploads by the Cloud Storage client, streaming.
 *
 * The last bytes are only sent when the file still is what it was at the beginning, so that a half-copied file
 * never becomes an object.
 */
export function makeUpload(bucket: Bucket): Upload {
  return async (path, objectName, expected, signal) => {
    const handle = await open(path, 'r');
    try {
      const target = bucket.file(objectName).createWriteStream({
        resumable: expected.sizeBytes >= RESUMABLE_FROM_BYTES,
        contentType: 'application/octet-stream',
      });
      await pipeline(unchangedContent(path, handle, expected), target, { signal });
    } finally {
      await handle.close();
    }
  };
}

async function* unchangedContent(
  path: string,
  handle: FileHandle,
  expected: Fingerprint,
): AsyncGenerator<Buffer> {
  let held: Buffer | undefined;
  let sizeBytes = 0;
  for await (const chunk of handle.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > expected.sizeBytes) throw new FileChangedError(path);
    if (held !== undefined) yield held;
    held = chunk;
  }
  const { size, mtimeMs } = await handle.stat();
  const isUnchanged = size === expected.sizeBytes && mtimeMs === expected.modifiedMs && sizeBytes === size;
  if (!isUnchanged) throw new FileChangedError(path);
  if (held !== undefined) yield held;
}
