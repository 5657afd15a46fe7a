import { request } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { Bucket } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { refusalOf, StorageUnderTest, textOf } from './stand-in.ts';

const UNIT = 262_144;

describe('resumable uploads', () => {
  let server: StorageUnderTest;
  let bucket: Bucket;
  let count = 0;
  beforeAll(async () => {
    server = await StorageUnderTest.start();
    bucket = await server.bucket();
  });
  afterAll(() => server.stop());

  async function begin(
    query = '',
    resource: object = {},
    headers: Record<string, string> = {},
  ): Promise<Session> {
    count += 1;
    const name = `object-${count}`;
    const path = `/upload/storage/v1/b/${bucket.name}/o?uploadType=resumable&name=${name}${query}`;
    const answer = await server.fetch(path, { method: 'POST', headers, body: JSON.stringify(resource) });
    expect(answer.status).toBe(200);
    return { name, uri: answer.headers.get('location') ?? '' };
  }
  interface Session {
    readonly name: string;
    readonly uri: string;
  }
  const put = (
    uri: string,
    range: string,
    body?: Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ) =>
    fetch(uri, { method: 'PUT', headers: { ...headers, 'content-range': range }, ...(body ? { body } : {}) });

  it.each([
    ['in one request', {}],
    ['in chunks', { chunkSize: UNIT }],
  ])('stores what the client sends %s', async (_, options) => {
    const content = Buffer.alloc(3 * UNIT + 100, 'dicom');
    const file = bucket.file(`client-${JSON.stringify(options)}`);
    const metadata = { contentType: 'application/dicom', metadata: { study: '1.2' } };
    await pipeline(
      Readable.from([content]),
      file.createWriteStream({ resumable: true, metadata, ...options }),
    );
    const [stored] = await file.download();
    expect(stored.equals(content)).toBe(true);
    const [seen] = await file.getMetadata();
    expect(seen).toMatchObject({ contentType: 'application/dicom', metadata: { study: '1.2' } });
  });

  it.each(['empty', 'tiny'])('stores an %s object of the client', async (content) => {
    const text = content === 'empty' ? '' : 'x';
    await bucket.file(content).save(text, { resumable: true });
    expect(await textOf(bucket.file(content))).toBe(text);
  });

  it('takes chunks, says how far it is, and finishes with the total', async () => {
    const { name, uri } = await begin();
    const untouched = await put(uri, 'bytes */*');
    expect([untouched.status, untouched.headers.get('range')]).toEqual([308, null]);
    const first = await put(uri, `bytes 0-${UNIT - 1}/*`, new Uint8Array(UNIT));
    expect([first.status, first.headers.get('range')]).toEqual([308, `bytes=0-${UNIT - 1}`]);
    const asked = await put(uri, 'bytes */*');
    expect([asked.status, asked.headers.get('range')]).toEqual([308, `bytes=0-${UNIT - 1}`]);
    expect(await bucket.file(name).exists()).toEqual([false]);
    const last = await put(uri, `bytes ${UNIT}-${UNIT + 1}/${UNIT + 2}`, new Uint8Array(2));
    expect(last.status).toBe(200);
    expect(await last.json()).toMatchObject({ name, size: String(UNIT + 2) });
  });

  it('keeps only whole units of an unfinished chunk', async () => {
    const { uri } = await begin();
    const answer = await put(uri, `bytes 0-${UNIT + 99}/*`, new Uint8Array(UNIT + 100));
    expect([answer.status, answer.headers.get('range')]).toEqual([308, `bytes=0-${UNIT - 1}`]);
  });

  it('finishes when asked for a total that has arrived', async () => {
    const { uri } = await begin();
    await put(uri, `bytes 0-${UNIT - 1}/*`, new Uint8Array(UNIT));
    expect((await put(uri, `bytes */${UNIT + 1}`)).status).toBe(308);
    expect((await put(uri, `bytes */${UNIT}`)).status).toBe(200);
  });

  it('takes the whole object without a Content-Range', async () => {
    const { name, uri } = await begin();
    expect((await fetch(uri, { method: 'PUT', body: 'whole' })).status).toBe(200);
    expect(await textOf(bucket.file(name))).toBe('whole');
  });

  it('ignores bytes that it has already', async () => {
    const { name, uri } = await begin();
    const [old, fresh] = [Buffer.alloc(UNIT, 'a'), Buffer.alloc(UNIT + 3, 'b')];
    await put(uri, `bytes 0-${UNIT - 1}/*`, old);
    expect((await put(uri, `bytes 0-${UNIT + 2}/${UNIT + 3}`, fresh)).status).toBe(200);
    expect(await textOf(bucket.file(name))).toBe(`${'a'.repeat(UNIT)}bbb`);
  });

  it.each([
    ['leave a gap', 'bytes 5-9/10', 5],
    ['are fewer than the range', 'bytes 0-9/10', 5],
    ['are more than the range', 'bytes 0-1/2', 5],
    ['are more than the total', 'bytes 0-*/2', 5],
    ['have a range that is none', 'bytes 9-5/10', 5],
    ['have a range of other units', 'lines 0-4/5', 5],
  ])('refuses bytes that %s', async (_, range, length) => {
    const { name, uri } = await begin();
    const answer = await put(uri, range, new Uint8Array(length));
    expect(answer.status).toBe(400);
    expect(await bucket.file(name).exists()).toEqual([false]);
  });

  it('answers a finished upload with its object again', async () => {
    const { uri } = await begin();
    const made: unknown = await (await put(uri, 'bytes 0-0/1', new Uint8Array(1))).json();
    const asked = await put(uri, 'bytes */*');
    const repeated = await put(uri, 'bytes 0-0/1', new Uint8Array(1));
    expect([await asked.json(), await repeated.json()]).toEqual([made, made]);
  });

  it('goes on after a broken connection from where it says', async () => {
    const { name, uri } = await begin();
    const content = Buffer.alloc(2 * UNIT + 7, 'c');
    const broken = request(uri, {
      method: 'PUT',
      headers: { 'content-range': `bytes 0-*/${content.length}` },
    });
    broken.on('error', () => undefined);
    broken.write(content.subarray(0, UNIT + 5));
    await persisted(uri, `bytes=0-${UNIT - 1}`);
    broken.destroy();
    const rest = content.subarray(UNIT);
    const answer = await put(uri, `bytes ${UNIT}-${content.length - 1}/${content.length}`, rest);
    expect(answer.status).toBe(200);
    const [stored] = await bucket.file(name).download();
    expect(stored.equals(content)).toBe(true);
  });

  it('lets a second request take over from one that hangs', async () => {
    const { name, uri } = await begin();
    const hanging = request(uri, { method: 'PUT', headers: { 'content-range': 'bytes 0-*/*' } });
    const ended = new Promise((resolve) => hanging.on('error', resolve));
    hanging.write(Buffer.alloc(UNIT, 'd'));
    await persisted(uri, `bytes=0-${UNIT - 1}`);
    expect((await put(uri, `bytes ${UNIT}-${UNIT}/${UNIT + 1}`, Buffer.from('e'))).status).toBe(200);
    await ended;
    expect(await textOf(bucket.file(name))).toBe(`${'d'.repeat(UNIT)}e`);
  });

  it('goes on after a restart of the server', async () => {
    const { name, uri } = await begin('', { contentType: 'application/dicom' });
    await put(uri, `bytes 0-${UNIT - 1}/*`, Buffer.alloc(UNIT, 'f'));
    await server.restart();
    bucket = server.client().bucket(bucket.name);
    const { pathname, search } = new URL(uri);
    const moved = `${server.url}${pathname}${search}`;
    expect((await put(moved, 'bytes */*')).headers.get('range')).toBe(`bytes=0-${UNIT - 1}`);
    const last = await put(moved, `bytes ${UNIT}-${UNIT}/${UNIT + 1}`, Buffer.from('g'));
    expect(await last.json()).toMatchObject({ name, contentType: 'application/dicom' });
    expect(await textOf(bucket.file(name))).toBe(`${'f'.repeat(UNIT)}g`);
    await server.restart();
    bucket = server.client().bucket(bucket.name);
    const asked = await put(`${server.url}${pathname}${search}`, 'bytes */*');
    expect(await asked.json()).toMatchObject({ name });
  });

  it('is cancelled by DELETE', async () => {
    const { name, uri } = await begin();
    await put(uri, `bytes 0-${UNIT - 1}/*`, new Uint8Array(UNIT));
    expect((await fetch(uri, { method: 'DELETE' })).status).toBe(499);
    expect((await put(uri, 'bytes */*')).status).toBe(404);
    expect(await bucket.file(name).exists()).toEqual([false]);
  });

  it.each([
    ['the finishing request', {}, { 'x-goog-hash': 'crc32c=AAAAAA==' }],
    ['the metadata, crc32c', { crc32c: 'AAAAAA==' }, {}],
    ['the metadata, md5Hash', { md5Hash: 'AAAAAAAAAAAAAAAAAAAAAA==' }, {}],
  ])('refuses bytes that are not what %s says', async (_, resource, headers) => {
    const { name, uri } = await begin('', resource);
    const answer = await put(uri, 'bytes 0-3/4', Buffer.from('data'), headers);
    expect(answer.status).toBe(400);
    expect(await bucket.file(name).exists()).toEqual([false]);
    expect((await put(uri, 'bytes */*')).status).toBe(404);
  });

  it('refuses another length than was announced', async () => {
    const { name, uri } = await begin('', {}, { 'x-upload-content-length': '5' });
    expect((await put(uri, 'bytes 0-3/4', Buffer.from('data'))).status).toBe(400);
    expect(await bucket.file(name).exists()).toEqual([false]);
  });

  it('judges preconditions when the upload ends', async () => {
    const file = bucket.file('judged');
    await file.save('old');
    const upload = file.save('new', { resumable: true, preconditionOpts: { ifGenerationMatch: 0 } });
    expect(await refusalOf(upload)).toMatchObject({ status: 412 });
    expect(await textOf(file)).toBe('old');
  });

  it('takes the content type from the header of the first request', async () => {
    const { uri } = await begin('', {}, { 'x-upload-content-type': 'application/dicom' });
    const answer = await put(uri, 'bytes 0-0/1', new Uint8Array(1));
    expect(await answer.json()).toMatchObject({ contentType: 'application/dicom' });
  });

  async function persisted(uri: string, range: string): Promise<void> {
    while ((await put(uri, 'bytes */*')).headers.get('range') !== range);
  }
});
