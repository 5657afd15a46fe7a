import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import type { Bucket } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generationOf, refusalOf, StorageUnderTest, textOf } from './stand-in.ts';

/** CRC32C of `123456789`, the check value of the algorithm's catalogue entry. */
const CHECK_CRC32C = Buffer.from('e3069283', 'hex').toString('base64');

describe('uploads in one request', () => {
  let server: StorageUnderTest;
  let bucket: Bucket;
  beforeAll(async () => {
    server = await StorageUnderTest.start();
    bucket = await server.bucket();
  });
  afterAll(() => server.stop());

  const uploadUrl = (query: string): string => `/upload/storage/v1/b/${bucket.name}/o?${query}`;

  it('stores a multipart upload with its metadata and checksums', async () => {
    const file = bucket.file('multipart');
    const metadata = { contentType: 'application/dicom', metadata: { study: '1.2' } };
    await file.save('123456789', { resumable: false, metadata });
    expect(file.metadata).toMatchObject({
      kind: 'storage#object',
      bucket: bucket.name,
      name: 'multipart',
      size: '9',
      metageneration: '1',
      contentType: 'application/dicom',
      crc32c: CHECK_CRC32C,
      md5Hash: createHash('md5').update('123456789').digest('base64'),
      metadata: { study: '1.2' },
    });
    expect(await textOf(file)).toBe('123456789');
  });

  it('stores a media upload', async () => {
    const answer = await server.fetch(uploadUrl('uploadType=media&name=media'), {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: 'plain',
    });
    expect(await answer.json()).toMatchObject({ name: 'media', size: '5', contentType: 'text/plain' });
    expect(await textOf(bucket.file('media'))).toBe('plain');
  });

  it('stores an empty object', async () => {
    const file = bucket.file('empty');
    await file.save('', { resumable: false });
    expect(file.metadata).toMatchObject({ size: '0', crc32c: 'AAAAAA==' });
    expect(await textOf(file)).toBe('');
  });

  it.each([
    'a/b/c.dcm',
    'a/../b',
    '100%25 #1?&=+.dcm',
    'ünï/日本/😀',
    '\u2028',
    ' ',
    '%2F',
    'x'.repeat(1024),
  ])('stores and finds an object by the name %p', async (name) => {
    const file = bucket.file(name);
    await file.save(name, { resumable: false });
    expect(file.metadata.name).toBe(name);
    expect(await textOf(bucket.file(name))).toBe(name);
    const [found] = await bucket.getFiles({ prefix: name });
    expect(found.map((each) => each.name)).toContain(name);
  });

  it.each([
    ['with a line feed', 'a\nb'],
    ['with a carriage return', 'a\rb'],
    ['longer than 1,024 bytes', 'ü'.repeat(513)],
    ['that is a directory', '..'],
  ])('refuses a name %s', async (_, name) => {
    const upload = bucket.file(name).save('x', { resumable: false });
    expect(await refusalOf(upload)).toEqual({ status: 400, reason: 'invalid' });
  });

  it('gives generations that only ever grow, as strings', async () => {
    const file = bucket.file('growing');
    const generations: string[] = [];
    for (const content of ['1', '2', '3']) {
      await file.save(content, { resumable: false });
      generations.push(generationOf(file));
    }
    expect(generations.every((generation) => /^\d{16}$/.test(generation))).toBe(true);
    expect([...new Set(generations)].sort()).toEqual(generations);
  });

  it.each([
    ['crc32c', { crc32c: 'AAAAAA==' }],
    ['md5Hash', { md5Hash: 'AAAAAAAAAAAAAAAAAAAAAA==' }],
  ])('refuses a body that is not what its %s says, and keeps nothing', async (_, metadata) => {
    const file = bucket.file('damaged');
    const upload = file.save('123456789', { resumable: false, validation: false, metadata });
    expect(await refusalOf(upload)).toEqual({ status: 400, reason: 'invalid' });
    expect(await file.exists()).toEqual([false]);
  });

  it('checks the x-goog-hash header', async () => {
    const upload = async (crc32c: string): Promise<number> => {
      const headers = { 'x-goog-hash': `crc32c=${crc32c}` };
      const path = uploadUrl('uploadType=media&name=hashed');
      return (await server.fetch(path, { method: 'POST', headers, body: '123456789' })).status;
    };
    expect(await upload('AAAAAA==')).toBe(400);
    expect(await upload(CHECK_CRC32C)).toBe(200);
  });

  it.each([
    ['no closing boundary', '--b\r\n\r\n{}\r\n--b\r\n\r\nhalf of'],
    ['no media part', '--b\r\n\r\n{}\r\n--b--'],
    ['metadata that is not JSON', '--b\r\n\r\n{\r\n--b\r\n\r\nx\r\n--b--'],
    ['a third part', '--b\r\n\r\n{}\r\n--b\r\n\r\nx\r\n--b\r\n\r\ny\r\n--b--'],
  ])('refuses a multipart body with %s', async (_, body) => {
    const answer = await server.fetch(uploadUrl('uploadType=multipart&name=malformed'), {
      method: 'POST',
      headers: { 'content-type': 'multipart/related; boundary=b' },
      body,
    });
    expect(answer.status).toBe(400);
    expect(await bucket.file('malformed').exists()).toEqual([false]);
  });

  it('makes no object of a body whose connection breaks, and leaves nothing on disk', async () => {
    const bodies = join(server.dataDir, 'bodies');
    const before = (await readdir(bodies)).length;
    const upload = request(`${server.url}${uploadUrl('uploadType=media&name=broken')}`, {
      method: 'POST',
      headers: { 'content-length': 1_000_000 },
    });
    upload.on('error', () => undefined);
    upload.write(Buffer.alloc(100_000));
    await until(async () => (await readdir(bodies)).length === before + 1);
    upload.destroy();
    await until(async () => (await readdir(bodies)).length === before);
    expect(await bucket.file('broken').exists()).toEqual([false]);
  });

  it('removes the bytes of an overwritten and of a deleted object', async () => {
    const bodies = join(server.dataDir, 'bodies');
    const before = (await readdir(bodies)).length;
    const file = bucket.file('replaced');
    await file.save('1', { resumable: false });
    await file.save('2', { resumable: false });
    expect(await readdir(bodies)).toHaveLength(before + 1);
    await file.delete();
    expect(await readdir(bodies)).toHaveLength(before);
  });
});

/** Waits for what another process of the same event loop is about to do. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}
