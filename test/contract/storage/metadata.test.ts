import type { Bucket, File } from '@google-cloud/storage';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generationOf, refusalOf, StorageUnderTest } from './stand-in.ts';

describe('object metadata', () => {
  let server: StorageUnderTest;
  let bucket: Bucket;
  let file: File;
  let count = 0;
  beforeAll(async () => {
    server = await StorageUnderTest.start();
    bucket = await server.bucket();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    count += 1;
    file = bucket.file(`object ${count}`);
    const metadata = { contentType: 'a/b', contentLanguage: 'en', metadata: { keep: '1', drop: '2' } };
    await file.save('content', { resumable: false, metadata });
  });

  const path = (query = ''): string =>
    `/storage/v1/b/${bucket.name}/o/${encodeURIComponent(file.name)}${query}`;

  it('patches only what is named, and removes a key that is null', async () => {
    const [metadata] = await file.setMetadata({ contentType: 'c/d', metadata: { drop: null, add: '3' } });
    expect(metadata).toMatchObject({
      generation: generationOf(file),
      metageneration: '2',
      contentType: 'c/d',
      contentLanguage: 'en',
    });
    expect(metadata.metadata).toEqual({ keep: '1', add: '3' });
  });

  it('removes a field and all custom metadata that are patched to null', async () => {
    const body = JSON.stringify({ contentLanguage: null, metadata: null });
    const metadata: unknown = await (await server.fetch(path(), { method: 'PATCH', body })).json();
    expect(metadata).toMatchObject({ contentType: 'a/b' });
    expect(metadata).not.toHaveProperty('contentLanguage');
    expect(metadata).not.toHaveProperty('metadata');
  });

  it('replaces everything on update', async () => {
    const body = JSON.stringify({ metadata: { only: '1' } });
    const metadata: unknown = await (await server.fetch(path(), { method: 'PUT', body })).json();
    expect(metadata).toMatchObject({ metageneration: '2', metadata: { only: '1' }, size: '7' });
    expect(metadata).not.toHaveProperty('contentType');
  });

  it('changes its etag with every change', async () => {
    const [before] = await file.getMetadata();
    const [after] = await file.setMetadata({ contentType: 'c/d' });
    expect(after.etag).not.toBe(before.etag);
  });

  it('leaves what the service decides alone', async () => {
    const body = JSON.stringify({ size: '1', generation: '5', crc32c: 'AAAAAA==', name: 'other' });
    const metadata: unknown = await (await server.fetch(path(), { method: 'PATCH', body })).json();
    expect(metadata).toMatchObject({ size: '7', generation: generationOf(file), name: file.name });
  });

  it.each([
    ['a value that is no string', { metadata: { key: 1 } }, 400],
    ['custom metadata that is no object', { metadata: 'x' }, 400],
    ['more than 8 KiB of custom metadata', { metadata: { key: 'x'.repeat(8192) } }, 400],
    ['a line break in a header field', { contentType: 'a/b\r\nx: y' }, 400],
    ['a custom time that is none', { customTime: 'yesterday' }, 400],
    ['retention, which it does not carry out', { retention: { mode: 'Locked' } }, 501],
  ])('refuses %s', async (_, patch, status) => {
    const answer = await server.fetch(path(), { method: 'PATCH', body: JSON.stringify(patch) });
    expect(answer.status).toBe(status);
    const [metadata] = await file.getMetadata();
    expect(metadata.metageneration).toBe('1');
  });

  it('refuses a body that is not JSON', async () => {
    const answer = await server.fetch(path(), { method: 'PATCH', body: '{' });
    expect(await answer.json()).toMatchObject({ error: { code: 400, errors: [{ reason: 'parseError' }] } });
  });

  it('shows the fields that are asked for', async () => {
    const answer = await server.fetch(path('?fields=name,metadata(keep),size'));
    expect(await answer.json()).toEqual({ name: file.name, size: '7', metadata: { keep: '1' } });
  });

  it('neither overwrites nor deletes an object under a hold', async () => {
    await file.setMetadata({ temporaryHold: true });
    expect(await refusalOf(file.delete())).toMatchObject({ status: 403 });
    expect(await refusalOf(file.save('other', { resumable: false }))).toMatchObject({ status: 403 });
    await file.setMetadata({ temporaryHold: false });
    await file.delete();
    expect(await file.exists()).toEqual([false]);
  });

  it('deletes once, then answers 404', async () => {
    await file.delete();
    expect(await refusalOf(file.delete())).toEqual({ status: 404, reason: 'notFound' });
    expect(await refusalOf(file.getMetadata())).toEqual({ status: 404, reason: 'notFound' });
  });
});
