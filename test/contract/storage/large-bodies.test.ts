import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServerProcess } from './server-process.ts';

const BODY_BYTES = 200 * 1024 * 1024;
const WARM_UP_BYTES = 32 * 1024 * 1024;
const LARGEST_GROWTH_BYTES = 64 * 1024 * 1024;
const CHUNK = Buffer.alloc(1024 * 1024, 'dicom-courier');

describe('large bodies', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start();
    await server.client().createBucket('large');
    // Once through every path with a smaller body: what is measured is how memory grows with the body, not
    // how code is loaded and the heap finds its working size.
    const file = server.client().bucket('large').file('warm-up');
    for (const resumable of [true, false]) {
      await pipeline(
        Readable.from(body(WARM_UP_BYTES)),
        file.createWriteStream({ resumable, validation: false }),
      );
      await file.download({ validation: false });
    }
  });
  afterAll(() => server.stop());

  it.each([
    ['multipart', { resumable: false }],
    ['resumable', { resumable: true }],
    ['resumable in chunks', { resumable: true, chunkSize: 8 * 1024 * 1024 }],
  ])(
    'passes 200 MiB up (%s) and down in bounded memory',
    async (_, options) => {
      const file = server.client().bucket('large').file('body');
      const idleBytes = await server.idleBytes();
      const sent = createHash('md5');
      await pipeline(
        Readable.from(body(BODY_BYTES, sent)),
        file.createWriteStream({ ...options, validation: false }),
      );
      expect((await file.getMetadata())[0]).toMatchObject({
        size: String(BODY_BYTES),
        md5Hash: sent.digest('base64'),
      });
      const received = createHash('md5');
      for await (const chunk of file.createReadStream({ validation: false }) as AsyncIterable<Buffer>) {
        received.update(chunk);
      }
      expect(received.digest('base64')).toBe((await file.getMetadata())[0].md5Hash);
      expect((await server.peakBytes()) - idleBytes).toBeLessThan(LARGEST_GROWTH_BYTES);
    },
    120_000,
  );

  it('does not take more than a slow reader takes', async () => {
    const file = server.client().bucket('large').file('body');
    const idleBytes = await server.idleBytes();
    const stalled = file.createReadStream({ validation: false });
    await new Promise((resolve) => stalled.once('readable', resolve));
    // Another download in the meantime: whatever the first one would have read ahead, it has by now.
    for await (const chunk of file.createReadStream({ validation: false })) expect(chunk).toBeDefined();
    stalled.destroy();
    expect((await server.peakBytes()) - idleBytes).toBeLessThan(LARGEST_GROWTH_BYTES);
  }, 120_000);
});

function* body(sizeBytes: number, hash?: Hash): Iterable<Buffer> {
  for (let sent = 0; sent < sizeBytes; sent += CHUNK.length) {
    hash?.update(CHUNK);
    yield CHUNK;
  }
}
