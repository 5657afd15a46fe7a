import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { refusalOf, StorageUnderTest } from './stand-in.ts';

describe('buckets', () => {
  let server: StorageUnderTest;
  beforeAll(async () => (server = await StorageUnderTest.start()));
  afterAll(() => server.stop());

  it('creates a bucket and shows it', async () => {
    const bucket = await server.bucket({ labels: { team: 'imaging' } });
    const [metadata] = await bucket.getMetadata();
    expect(metadata).toMatchObject({
      kind: 'storage#bucket',
      name: bucket.name,
      metageneration: '1',
      labels: { team: 'imaging' },
    });
  });

  it('refuses a name that is taken', async () => {
    const bucket = await server.bucket();
    expect(await refusalOf(server.client().createBucket(bucket.name))).toEqual({
      status: 409,
      reason: 'conflict',
    });
  });

  it.each(['Upper', 'a', '-begins-with-dash', 'has space', 'x'.repeat(64)])(
    'refuses the name %p',
    async (name) => {
      expect(await refusalOf(server.client().createBucket(name))).toEqual({ status: 400, reason: 'invalid' });
    },
  );

  it('lists the buckets of a project in order, by prefix and page', async () => {
    const client = server.client();
    for (const name of ['list-c', 'list-a', 'list-b']) await client.createBucket(name);
    const [all] = await client.getBuckets({ prefix: 'list-' });
    expect(all.map(({ name }) => name)).toEqual(['list-a', 'list-b', 'list-c']);
    const [page, next] = await client.getBuckets({ prefix: 'list-', maxResults: 2, autoPaginate: false });
    expect(page.map(({ name }) => name)).toEqual(['list-a', 'list-b']);
    expect(next).toMatchObject({ pageToken: expect.any(String) });
    const answer = await server.fetch('/storage/v1/b?project=another');
    expect(await answer.json()).toEqual({ kind: 'storage#buckets' });
  });

  it('patches labels one by one and counts the metageneration', async () => {
    const bucket = await server.bucket({ labels: { keep: '1', drop: '2' } });
    const [metadata] = await bucket.setMetadata({ labels: { drop: null, add: '3' } });
    expect(metadata).toMatchObject({ metageneration: '2', labels: { keep: '1', add: '3' } });
    expect(metadata).not.toHaveProperty('labels.drop');
  });

  it('refuses a patch whose metageneration is outdated', async () => {
    const bucket = await server.bucket();
    await bucket.setMetadata({ labels: { a: '1' } });
    const patch = bucket.setMetadata({ labels: { a: '2' } }, { ifMetagenerationMatch: 1 });
    expect(await refusalOf(patch)).toEqual({ status: 412, reason: 'conditionNotMet' });
  });

  it('deletes only an empty bucket', async () => {
    const bucket = await server.bucket();
    await bucket.file('a').save('content');
    expect(await refusalOf(bucket.delete())).toEqual({ status: 409, reason: 'conflict' });
    await bucket.file('a').delete();
    await bucket.delete();
    expect(await bucket.exists()).toEqual([false]);
  });

  it('answers 404 for a bucket that is not there', async () => {
    const missing = server.client().bucket('not-there');
    expect(await refusalOf(missing.getMetadata())).toEqual({ status: 404, reason: 'notFound' });
    expect(await refusalOf(missing.getFiles())).toEqual({ status: 404, reason: 'notFound' });
    expect(await refusalOf(missing.file('a').save('x', { resumable: false }))).toMatchObject({ status: 404 });
  });

  it('refuses protections that it does not carry out', async () => {
    const answer = server.client().createBucket('protected', { retentionPolicy: { retentionPeriod: 60 } });
    expect(await refusalOf(answer)).toEqual({ status: 501, reason: 'notImplemented' });
  });

  it('accepts anonymous requests and known tokens, and refuses unknown ones', async () => {
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await server.fetch('/storage/v1/b?project=local', { headers })).status;
    const token = server.tokens.issue('worker@local', 60);
    expect(await status({})).toBe(200);
    expect(await status({ authorization: `Bearer ${token}` })).toBe(200);
    expect(await status({ authorization: 'Bearer forged' })).toBe(401);
  });
});
