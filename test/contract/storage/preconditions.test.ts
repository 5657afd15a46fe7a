import type { Bucket, File } from '@google-cloud/storage';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generationOf, StorageUnderTest, textOf } from './stand-in.ts';

type Query = Record<string, string | number>;

describe('preconditions', () => {
  let server: StorageUnderTest;
  let bucket: Bucket;
  let present: File;
  let count = 0;
  beforeAll(async () => {
    server = await StorageUnderTest.start();
    bucket = await server.bucket();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    count += 1;
    present = bucket.file(`present-${count}`);
    await present.save('old', { resumable: false });
  });

  /** GEN and META stand for the generation and the metageneration of the present object. */
  const queryOf = (conditions: Query): string =>
    new URLSearchParams(
      Object.entries(conditions).map(([name, value]): [string, string] => [
        name,
        value === 'GEN' ? generationOf(present) : value === 'META' ? '1' : String(value),
      ]),
    ).toString();
  const object = (name: string, conditions: Query): string =>
    `/storage/v1/b/${bucket.name}/o/${name}?${queryOf(conditions)}`;

  const send: Record<string, (name: string, conditions: Query) => Promise<Response>> = {
    upload: (name, conditions) =>
      server.fetch(
        `/upload/storage/v1/b/${bucket.name}/o?uploadType=media&name=${name}&${queryOf(conditions)}`,
        {
          method: 'POST',
          body: 'new',
        },
      ),
    get: (name, conditions) => server.fetch(object(name, conditions)),
    download: (name, conditions) => server.fetch(object(name, { alt: 'media', ...conditions })),
    patch: (name, conditions) =>
      server.fetch(object(name, conditions), { method: 'PATCH', body: '{"contentType":"a/b"}' }),
    update: (name, conditions) => server.fetch(object(name, conditions), { method: 'PUT', body: '{}' }),
    delete: (name, conditions) => server.fetch(object(name, conditions), { method: 'DELETE' }),
    compose: (name, conditions) =>
      server.fetch(object(`${name}/compose`, conditions), {
        method: 'POST',
        body: JSON.stringify({ sourceObjects: [{ name: present.name }] }),
      }),
    rewrite: (name, conditions) =>
      server.fetch(object(`${present.name}/rewriteTo/b/${bucket.name}/o/${name}`, conditions), {
        method: 'POST',
      }),
  };

  const holding: Query[] = [
    { ifGenerationMatch: 'GEN' },
    { ifGenerationNotMatch: 1 },
    { ifGenerationNotMatch: 0 },
    { ifMetagenerationMatch: 'META' },
    { ifMetagenerationNotMatch: 9 },
    { ifGenerationMatch: 'GEN', ifMetagenerationMatch: 'META' },
  ];
  const mismatches: Query[] = [
    { ifGenerationMatch: 1 },
    { ifGenerationMatch: 0 },
    { ifMetagenerationMatch: 9 },
    { ifGenerationMatch: 'GEN', ifMetagenerationMatch: 9 },
  ];
  const sames: Query[] = [{ ifGenerationNotMatch: 'GEN' }, { ifMetagenerationNotMatch: 'META' }];
  const writes = ['upload', 'patch', 'update', 'delete', 'compose', 'rewrite'];
  const reads = ['get', 'download'];
  const each = (verbs: string[], queries: Query[]): [string, Query][] =>
    verbs.flatMap((verb) => queries.map((query): [string, Query] => [verb, query]));

  it.each(each([...writes, ...reads], holding))('lets %s through when %j holds', async (verb, query) => {
    const answer = await send[verb]?.(present.name, query);
    expect([200, 204]).toContain(answer?.status);
  });

  it.each([...each([...writes, ...reads], mismatches), ...each(writes, sames)])(
    'answers %s with 412 when %j does not hold, and changes nothing',
    async (verb, query) => {
      const answer = await send[verb]?.(present.name, query);
      expect(answer?.status).toBe(412);
      expect(await answer?.json()).toMatchObject({ error: { errors: [{ reason: 'conditionNotMet' }] } });
      const [metadata] = await present.getMetadata();
      expect([metadata.generation, metadata.metageneration]).toEqual([generationOf(present), '1']);
      expect(await textOf(present)).toBe('old');
    },
  );

  it.each(each(reads, sames))('answers %s with 304 when %j does not hold', async (verb, query) => {
    const answer = await send[verb]?.(present.name, query);
    expect(answer?.status).toBe(304);
    expect(await answer?.text()).toBe('');
  });

  it.each(
    each(['get', 'download', 'patch', 'delete'], [{}, { ifGenerationMatch: 0 }, { ifGenerationMatch: 1 }]),
  )('answers %s of a missing object with 404, also with %j', async (verb, query) =>
    expect((await send[verb]?.(`missing-${count}`, query))?.status).toBe(404),
  );

  it.each(
    each(['upload', 'compose', 'rewrite'], [{ ifGenerationMatch: 0 }, { ifGenerationNotMatch: 1 }, {}]),
  )('lets %s make a missing object with %j', async (verb, query) => {
    expect((await send[verb]?.(`made-${count}`, query))?.status).toBe(200);
  });

  it.each(
    each(
      ['upload', 'compose', 'rewrite'],
      [{ ifGenerationMatch: 1 }, { ifGenerationNotMatch: 0 }, { ifMetagenerationMatch: 1 }],
    ),
  )('refuses that %s makes a missing object with %j', async (verb, query) => {
    expect((await send[verb]?.(`refused-${count}`, query))?.status).toBe(412);
    expect(await bucket.file(`refused-${count}`).exists()).toEqual([false]);
  });

  it.each([
    [{ ifSourceGenerationMatch: 'GEN' }, 200],
    [{ ifSourceGenerationMatch: 1 }, 412],
    [{ ifSourceGenerationNotMatch: 'GEN' }, 412],
    [{ ifSourceMetagenerationMatch: 'META' }, 200],
    [{ ifSourceMetagenerationMatch: 9 }, 412],
    [{ ifSourceMetagenerationNotMatch: 'META' }, 412],
  ] as [Query, number][])('judges the source of a rewrite by %j: %d', async (query, status) => {
    expect((await send['rewrite']?.(`copy-${count}`, query))?.status).toBe(status);
  });

  it('refuses a generation that is no number', async () => {
    expect((await send['get']?.(present.name, { ifGenerationMatch: 'x' }))?.status).toBe(400);
  });

  it('lets exactly one of many parallel creations win', async () => {
    const contents = Array.from({ length: 12 }, (_, index) => `writer ${index}`);
    const results = await Promise.allSettled(
      contents.map((content) =>
        bucket
          .file('contested')
          .save(content, { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } }),
      ),
    );
    const winners = contents.filter((_, index) => results[index]?.status === 'fulfilled');
    const codes = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as { code: number }).code] : [],
    );
    expect(codes).toEqual(Array.from({ length: 11 }, () => 412));
    expect(winners).toEqual([await textOf(bucket.file('contested'))]);
  });

  it('lets exactly one of many parallel replacements of a generation win', async () => {
    const preconditionOpts = { ifGenerationMatch: Number(generationOf(present)) };
    const results = await Promise.allSettled(
      ['a', 'b', 'c', 'd'].map((content) =>
        bucket.file(present.name).save(content, { resumable: content > 'b', preconditionOpts }),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
