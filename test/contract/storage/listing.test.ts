import type { Bucket, GetFilesOptions } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { refusalOf, StorageUnderTest } from './stand-in.ts';

/** In the order of their UTF-8 bytes: U+FFFD comes before the emoji, though its UTF-16 form does not. */
const NAMES = ['A', 'a', 'a/1', 'a/2', 'a/b/', 'a/b/3', 'b', 'b/', 'c/d', 'é', '\ufffd', '😀'];

describe('listing objects', () => {
  let server: StorageUnderTest;
  let bucket: Bucket;
  beforeAll(async () => {
    server = await StorageUnderTest.start();
    bucket = await server.bucket();
    for (const name of NAMES.toReversed()) await bucket.file(name).save(name, { resumable: false });
  });
  afterAll(() => server.stop());

  async function page(query: Record<string, string>): Promise<Page> {
    const answer = await server.fetch(
      `/storage/v1/b/${bucket.name}/o?${new URLSearchParams(query).toString()}`,
    );
    const { items = [], prefixes = [], nextPageToken } = (await answer.json()) as Partial<Listing>;
    return { names: items.map(({ name }) => name), prefixes, nextPageToken };
  }
  interface Listing {
    readonly items: { readonly name: string }[];
    readonly prefixes: string[];
    readonly nextPageToken: string;
  }
  interface Page {
    readonly names: string[];
    readonly prefixes: string[];
    readonly nextPageToken: string | undefined;
  }

  it('lists all in the order of their UTF-8 bytes', async () => {
    const [files] = await bucket.getFiles();
    expect(files.map(({ name }) => name)).toEqual(NAMES);
  });

  it.each([
    ['a prefix', { prefix: 'a/' }, ['a/1', 'a/2', 'a/b/', 'a/b/3'], []],
    ['a prefix nothing has', { prefix: 'zz' }, [], []],
    ['a delimiter', { delimiter: '/' }, ['A', 'a', 'b', 'é', '\ufffd', '😀'], ['a/', 'b/', 'c/']],
    ['both', { prefix: 'a/', delimiter: '/' }, ['a/1', 'a/2'], ['a/b/']],
    ['a longer delimiter', { prefix: 'a', delimiter: '/b/' }, ['a', 'a/1', 'a/2'], ['a/b/']],
    [
      'trailing delimiters',
      { prefix: 'b', delimiter: '/', includeTrailingDelimiter: 'true' },
      ['b', 'b/'],
      ['b/'],
    ],
    ['offsets', { startOffset: 'a/2', endOffset: 'b/' }, ['a/2', 'a/b/', 'a/b/3', 'b'], []],
    ['offsets and a delimiter', { startOffset: 'a/2', delimiter: '/', endOffset: 'c' }, ['b'], ['a/', 'b/']],
  ])('lists by %s', async (_, query, names, prefixes) => {
    expect(await page(query as unknown as Record<string, string>)).toEqual({
      names,
      prefixes,
      nextPageToken: undefined,
    });
  });

  it.each([1, 2, 3, 5, 12])('gives every item and prefix once in pages of %d', async (maxResults) => {
    const query = { delimiter: '/', maxResults: String(maxResults) };
    const whole = await page({ delimiter: '/' });
    const seen: Page = { names: [], prefixes: [], nextPageToken: undefined };
    let token: string | undefined = '';
    while (token !== undefined) {
      const next: Page = await page({ ...query, pageToken: token });
      expect(next.names.length + next.prefixes.length).toBeLessThanOrEqual(maxResults);
      seen.names.push(...next.names);
      seen.prefixes.push(...next.prefixes);
      token = next.nextPageToken;
    }
    expect(seen).toEqual(whole);
  });

  it('pages through the client by itself', async () => {
    const [files] = await bucket.getFiles({ maxResults: 5, autoPaginate: true } satisfies GetFilesOptions);
    expect(files.map(({ name }) => name)).toEqual(NAMES.slice(0, 5));
    const all: string[] = [];
    for await (const file of bucket.getFilesStream({ maxApiCalls: 99 }))
      all.push((file as { name: string }).name);
    expect(all).toEqual(NAMES);
  });

  it('goes on behind a name that has been deleted meanwhile', async () => {
    const other = await server.bucket();
    for (const name of ['a', 'b', 'c']) await other.file(name).save(name, { resumable: false });
    const [, next] = await other.getFiles({ maxResults: 2, autoPaginate: false });
    await other.file('b').delete();
    const [rest] = await other.getFiles({ ...next, autoPaginate: false });
    expect(rest.map(({ name }) => name)).toEqual(['c']);
  });

  it.each(['0', '-1', 'many'])('refuses pages of %p', async (maxResults) => {
    const answer = await server.fetch(`/storage/v1/b/${bucket.name}/o?maxResults=${maxResults}`);
    expect(answer.status).toBe(400);
  });

  it('refuses a page token that it did not give, and filters that it does not carry out', async () => {
    expect(await refusalOf(bucket.getFiles({ pageToken: 'e30' }))).toMatchObject({ status: 400 });
    expect(await refusalOf(bucket.getFiles({ matchGlob: '*' }))).toMatchObject({ status: 501 });
  });

  it('gives pages of at most a thousand', async () => {
    const other = await server.bucket();
    const put = (index: number): Promise<Response> =>
      server.fetch(
        `/upload/storage/v1/b/${other.name}/o?uploadType=media&name=n${String(index).padStart(4, '0')}`,
        {
          method: 'POST',
          body: '',
        },
      );
    for (let index = 0; index < 1001; index += 7) {
      await Promise.all(
        Array.from({ length: Math.min(7, 1001 - index) }, (_, offset) => put(index + offset)),
      );
    }
    const [files, next] = await other.getFiles({ maxResults: 5000, autoPaginate: false });
    expect(files).toHaveLength(1000);
    const [rest] = await other.getFiles({ ...next, autoPaginate: false });
    expect(rest.map(({ name }) => name)).toEqual(['n1000']);
  });
});
