import type { Bucket } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generationOf, refusalOf, StorageUnderTest, textOf } from './stand-in.ts';

describe('objects made of others', () => {
  let server: StorageUnderTest;
  let bucket: Bucket;
  beforeAll(async () => {
    server = await StorageUnderTest.start();
    bucket = await server.bucket();
    const metadata = { contentType: 'a/b', metadata: { reason: 'original' } };
    await bucket.file('folder/source').save('content', { resumable: false, metadata });
    for (const part of ['1', '2', '3']) await bucket.file(`part-${part}`).save(part, { resumable: false });
  });
  afterAll(() => server.stop());

  it('copies bytes and metadata to another bucket', async () => {
    const target = (await server.bucket()).file('deep/copy é');
    const [copy, answer] = await bucket.file('folder/source').copy(target);
    expect(answer).toMatchObject({ kind: 'storage#rewriteResponse', done: true, objectSize: '7' });
    expect(await textOf(copy)).toBe('content');
    const [[from], [to]] = await Promise.all([
      bucket.file('folder/source').getMetadata(),
      copy.getMetadata(),
    ]);
    expect(to).toMatchObject({ contentType: 'a/b', metadata: { reason: 'original' }, metageneration: '1' });
    expect([to.crc32c, to.md5Hash]).toEqual([from.crc32c, from.md5Hash]);
    expect(Number(to.generation)).toBeGreaterThan(Number(from.generation));
  });

  it('gives a copy the metadata that is sent instead of its source’s', async () => {
    const [copy] = await bucket
      .file('folder/source')
      .copy('replaced', { metadata: { reason: 'quarantine' } });
    const [metadata] = await copy.getMetadata();
    expect(metadata.metadata).toEqual({ reason: 'quarantine' });
    expect(metadata).not.toHaveProperty('contentType');
  });

  it('copies by copyTo', async () => {
    const path = `/storage/v1/b/${bucket.name}/o/folder%2Fsource/copyTo/b/${bucket.name}/o/by-copy-to`;
    const answer = await server.fetch(path, { method: 'POST' });
    expect(await answer.json()).toMatchObject({ kind: 'storage#object', name: 'by-copy-to', size: '7' });
  });

  it('copies a pinned generation, and answers 404 once it is replaced', async () => {
    const file = bucket.file('moving');
    await file.save('first', { resumable: false });
    const pinned = bucket.file('moving', { generation: generationOf(file) });
    const [copy] = await pinned.copy('moved');
    expect(await textOf(copy)).toBe('first');
    await file.save('second', { resumable: false });
    expect(await refusalOf(pinned.copy('moved-again'))).toMatchObject({ status: 404 });
    expect(await bucket.file('moved-again').exists()).toEqual([false]);
  });

  it('copies nothing onto an object that must not be there', async () => {
    await bucket.file('taken').save('old', { resumable: false });
    const copy = bucket.file('folder/source').copy('taken', { preconditionOpts: { ifGenerationMatch: 0 } });
    expect(await refusalOf(copy)).toEqual({ status: 412, reason: 'conditionNotMet' });
    expect(await textOf(bucket.file('taken'))).toBe('old');
  });

  it('keeps a copy when its source is deleted, and the source when its copy is overwritten', async () => {
    const source = bucket.file('source');
    await source.save('content', { resumable: false });
    const [copy] = await source.copy('copy');
    const [second] = await source.copy('second');
    await second.save('other', { resumable: false });
    expect(await textOf(source)).toBe('content');
    await source.delete();
    expect(await textOf(copy)).toBe('content');
  });

  it('copies an object onto itself', async () => {
    const file = bucket.file('itself');
    await file.save('content', { resumable: false });
    const before = generationOf(file);
    await file.copy('itself', { contentType: 'c/d' });
    const [metadata] = await file.getMetadata();
    expect(metadata).toMatchObject({ contentType: 'c/d' });
    expect(Number(metadata.generation)).toBeGreaterThan(Number(before));
    expect(await textOf(bucket.file('itself'))).toBe('content');
  });

  it('composes parts in their order, with a CRC32C and without an MD5', async () => {
    const [whole] = await bucket.combine(
      ['part-2', 'part-1', 'part-3'].map((name) => bucket.file(name)),
      bucket.file('whole.txt'),
    );
    expect(await textOf(whole)).toBe('213');
    const [metadata] = await whole.getMetadata();
    expect(metadata).toMatchObject({ componentCount: 3, contentType: 'text/plain', size: '3' });
    expect(metadata).not.toHaveProperty('md5Hash');
    const [again] = await bucket.combine([whole, bucket.file('part-1')], bucket.file('longer.txt'));
    expect(again.name).toBe('longer.txt');
    expect((await again.getMetadata())[0].componentCount).toBe(4);
  });

  it('composes onto one of its own parts', async () => {
    await bucket.file('log.txt').save('a', { resumable: false });
    await bucket.combine(['log.txt', 'part-1'], bucket.file('log.txt'));
    expect(await textOf(bucket.file('log.txt'))).toBe('a1');
  });

  it('refuses to compose from a part that has been replaced', async () => {
    const file = bucket.file('part-old');
    await file.save('1', { resumable: false });
    const pinned = bucket.file('part-old', { generation: generationOf(file) });
    await file.save('2', { resumable: false });
    expect(await refusalOf(bucket.combine([pinned, bucket.file('part-1')], 'stale.txt'))).toMatchObject({
      status: 404,
    });
    const body = {
      sourceObjects: [{ name: 'part-old', objectPreconditions: { ifGenerationMatch: '1' } }],
    };
    const path = `/storage/v1/b/${bucket.name}/o/stale.txt/compose`;
    expect((await server.fetch(path, { method: 'POST', body: JSON.stringify(body) })).status).toBe(412);
    expect(await bucket.file('stale.txt').exists()).toEqual([false]);
  });

  it.each([0, 33])('refuses to compose %d parts', async (length) => {
    const body = { sourceObjects: Array.from({ length }, () => ({ name: 'part-1' })) };
    const path = `/storage/v1/b/${bucket.name}/o/many/compose`;
    expect((await server.fetch(path, { method: 'POST', body: JSON.stringify(body) })).status).toBe(400);
  });
});
