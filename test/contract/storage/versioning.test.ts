import type { Bucket } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generationOf, refusalOf, StorageUnderTest, textOf } from './stand-in.ts';

describe('a bucket with versioning', () => {
  let server: StorageUnderTest;
  let bucket: Bucket;
  beforeAll(async () => {
    server = await StorageUnderTest.start();
    bucket = await server.bucket({ versioning: { enabled: true } });
  });
  afterAll(() => server.stop());

  /** Saves each content in turn and gives the generations. */
  async function save(name: string, ...contents: string[]): Promise<string[]> {
    const generations: string[] = [];
    for (const content of contents) {
      const file = bucket.file(name);
      await file.save(content, { resumable: false });
      generations.push(generationOf(file));
    }
    return generations;
  }

  /** A page of at most two. */
  async function listVersions(
    prefix: string,
    pageToken = '',
  ): Promise<{ generations: string[]; nextPageToken: string | undefined }> {
    const query = new URLSearchParams({ prefix, pageToken, versions: 'true', maxResults: '2' });
    const answer = await server.fetch(`/storage/v1/b/${bucket.name}/o?${query.toString()}`);
    const page = (await answer.json()) as { items: { generation: string }[]; nextPageToken?: string };
    return { generations: page.items.map(({ generation }) => generation), nextPageToken: page.nextPageToken };
  }

  it('keeps overwritten generations readable', async () => {
    const [first = ''] = await save('kept', 'first', 'second');
    const archived = bucket.file('kept', { generation: first });
    expect(await textOf(archived)).toBe('first');
    expect(await textOf(bucket.file('kept'))).toBe('second');
    expect((await archived.getMetadata())[0]).toHaveProperty('timeDeleted');
  });

  it('lists archived generations only on demand, oldest first, also in pages', async () => {
    const generations = await save('listed/a', '1', '2', '3');
    const [live] = await bucket.getFiles({ prefix: 'listed/' });
    expect(live).toHaveLength(1);
    const first = await listVersions('listed/');
    const second = await listVersions('listed/', first.nextPageToken);
    expect([...first.generations, ...second.generations]).toEqual(generations);
    expect([first.generations.length, second.nextPageToken]).toEqual([2, undefined]);
  });

  it('archives on delete, so that the name may be created again', async () => {
    const [first = ''] = await save('deleted', 'first');
    await bucket.file('deleted').delete();
    expect(await bucket.file('deleted').exists()).toEqual([false]);
    expect(await textOf(bucket.file('deleted', { generation: first }))).toBe('first');
    expect((await bucket.getFiles({ prefix: 'deleted' }))[0]).toEqual([]);
    await bucket
      .file('deleted')
      .save('again', { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } });
    expect(await textOf(bucket.file('deleted'))).toBe('again');
  });

  it('deletes a named generation for good', async () => {
    const [first = '', second = ''] = await save('purged', 'first', 'second');
    await bucket.file('purged', { generation: first }).delete();
    await bucket.file('purged', { generation: second }).delete();
    expect(await refusalOf(bucket.file('purged', { generation: first }).download())).toMatchObject({
      status: 404,
    });
    expect((await bucket.getFiles({ prefix: 'purged', versions: true }))[0]).toEqual([]);
  });

  it('does not bring an archived generation back when the live one is deleted for good', async () => {
    const [, second = ''] = await save('gone', 'first', 'second');
    await bucket.file('gone', { generation: second }).delete();
    expect(await bucket.file('gone').exists()).toEqual([false]);
  });
});
