import { request, type IncomingHttpHeaders } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Bucket } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generationOf, refusalOf, StorageUnderTest, textOf } from './stand-in.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

describe('downloads', () => {
  let server: StorageUnderTest;
  let bucket: Bucket;
  beforeAll(async () => {
    server = await StorageUnderTest.start();
    bucket = await server.bucket();
    await bucket.file('digits').save('0123456789', { resumable: false, contentType: 'text/plain' });
    await bucket.file('empty').save('', { resumable: false });
    await bucket
      .file('zipped')
      .save('0123456789', { resumable: false, gzip: true, contentType: 'text/plain' });
  });
  afterAll(() => server.stop());

  /** `node:http`, because `fetch` adds an Accept-Encoding and decompresses. */
  function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(`${server.url}${path}`, { method, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      });
      sent.on('error', reject).end();
    });
  }
  const media = (name: string): string => `/storage/v1/b/${bucket.name}/o/${name}?alt=media`;

  it.each([
    ['JSON API', () => media('digits')],
    ['download path', () => `/download/storage/v1/b/${bucket.name}/o/digits?alt=media`],
    ['XML API path', () => `/${bucket.name}/digits`],
  ])('sends the bytes with their generation and checksums by the %s', async (_, path) => {
    const { status, headers, body } = await get(path());
    const [metadata] = await bucket.file('digits').getMetadata();
    expect(status).toBe(200);
    expect(body.toString()).toBe('0123456789');
    expect(headers).toMatchObject({
      'content-type': 'text/plain',
      'content-length': '10',
      etag: metadata.etag,
      'x-goog-generation': metadata.generation,
      'x-goog-metageneration': '1',
      'x-goog-stored-content-encoding': 'identity',
      'x-goog-stored-content-length': '10',
      'x-goog-hash': `crc32c=${String(metadata.crc32c)},md5=${String(metadata.md5Hash)}`,
    });
  });

  it('answers HEAD with the headers only', async () => {
    const { headers, body } = await get(media('digits'), {}, 'HEAD');
    expect(headers['content-length']).toBe('10');
    expect(body).toHaveLength(0);
  });

  it.each([true, 'crc32c', 'md5', false] as const)(
    'passes the validation %p of the client',
    async (validation) => {
      const [content] = await bucket.file('digits').download({ validation });
      expect(content.toString()).toBe('0123456789');
    },
  );

  it.each([
    [{ start: 3 }, '3456789'],
    [{ start: 2, end: 4 }, '234'],
    [{ start: 8, end: 99 }, '89'],
    [{ end: -2 }, '89'],
  ])('sends the range %j', async (range, expected) => {
    const [content] = await bucket.file('digits').download(range);
    expect(content.toString()).toBe(expected);
  });

  it('says which range it sends', async () => {
    const { status, headers } = await get(media('digits'), { range: 'bytes=2-4' });
    expect(status).toBe(206);
    expect(headers).toMatchObject({ 'content-range': 'bytes 2-4/10', 'content-length': '3' });
  });

  it.each(['digits', 'empty'])('answers 416 for a range outside of %p', async (name) => {
    const size = name === 'digits' ? 10 : 0;
    const { status, headers } = await get(media(name), { range: `bytes=${size}-` });
    expect(status).toBe(416);
    expect(headers['content-range']).toBe(`bytes */${size}`);
  });

  it.each(['bytes=4-2', 'lines=1-2', 'bytes=0-1,4-5'])('ignores the range %p', async (range) => {
    const { status, body } = await get(media('digits'), { range });
    expect(status).toBe(200);
    expect(body).toHaveLength(10);
  });

  it('sends compressed objects as they are to a client that accepts gzip', async () => {
    const { headers, body } = await get(media('zipped'), { 'accept-encoding': 'gzip' });
    expect(headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-length': String(body.length),
      'x-goog-stored-content-encoding': 'gzip',
    });
    expect(gunzipSync(body).toString()).toBe('0123456789');
    expect(await textOf(bucket.file('zipped'))).toBe('0123456789');
  });

  it('decompresses for others: without a length, without ranges, with the hash of what is stored', async () => {
    const { status, headers, body } = await get(media('zipped'), { range: 'bytes=0-1' });
    const [metadata] = await bucket.file('zipped').getMetadata();
    expect(status).toBe(200);
    expect(body.toString()).toBe('0123456789');
    expect(headers).not.toHaveProperty('content-length');
    expect(headers).not.toHaveProperty('content-encoding');
    expect(headers).toMatchObject({
      'x-goog-stored-content-encoding': 'gzip',
      'x-goog-stored-content-length': metadata.size,
    });
    expect(headers['x-goog-hash']).toContain(`crc32c=${String(metadata.crc32c)}`);
  });

  it('does not decompress what must not be transformed', async () => {
    const metadata = { contentEncoding: 'gzip', cacheControl: 'no-transform' };
    await bucket.file('fixed').save(gzipSync('x'), { resumable: false, metadata });
    expect((await get(media('fixed'))).headers['content-encoding']).toBe('gzip');
  });

  it('reads a pinned generation, and answers 404 once it has been replaced', async () => {
    const file = bucket.file('pinned');
    await file.save('first', { resumable: false });
    const pinned = bucket.file('pinned', { generation: generationOf(file) });
    expect(await textOf(pinned)).toBe('first');
    await file.save('second', { resumable: false });
    expect(await refusalOf(pinned.download())).toMatchObject({ status: 404 });
    expect(await textOf(file)).toBe('second');
  });

  it('finishes a download though the object is deleted meanwhile', async () => {
    const content = Buffer.alloc(4_000_000, 'x');
    const file = bucket.file('going');
    await file.save(content, { resumable: false });
    let received = 0;
    for await (const chunk of file.createReadStream() as AsyncIterable<Buffer>) {
      if (received === 0) await file.delete();
      received += chunk.length;
    }
    expect(received).toBe(content.length);
  });

  it('names the missing object', async () => {
    const { status, body } = await get(media('missing'));
    expect(status).toBe(404);
    expect(JSON.parse(body.toString())).toMatchObject({
      error: {
        code: 404,
        message: `No such object: ${bucket.name}/missing`,
        errors: [{ reason: 'notFound' }],
      },
    });
  });
});
