import { expect, it } from '@jest/globals';
import type { DocumentListing, DocumentStorage } from '../../../src/ports/document-storage.ts';
import { failureOf } from '../../support/blocks.ts';
import { describeDocumentStorages } from './document-storages.ts';

const { signal } = new AbortController();

async function* eachOf(values: readonly unknown[], error?: Error): AsyncGenerator {
  for (const value of values) {
    await Promise.resolve();
    yield value;
  }
  if (error !== undefined) throw error;
}

async function linesOf(storage: DocumentStorage, name: string): Promise<unknown[] | undefined> {
  const lines = await storage.readLines(name, signal);
  if (lines === undefined) return undefined;
  const values: unknown[] = [];
  for await (const line of lines) values.push(line);
  return values;
}

/** The entries of each page to the last. */
async function pagesOf(storage: DocumentStorage, listing: DocumentListing): Promise<string[][]> {
  const pages: string[][] = [];
  let pageToken: string | undefined;
  do {
    const page = await storage.list({ ...listing, pageToken }, signal);
    pages.push([...page.names, ...page.prefixes]);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return pages;
}

async function createAll(storage: DocumentStorage, names: readonly string[]): Promise<void> {
  for (const name of names) await storage.create(name, {}, signal);
}

describeDocumentStorages('documents', (make) => {
  it('are read as they were written', async () => {
    const storage = await make();
    const content = { uid: '1.2', names: ['Müller 𝄞', null], nested: { n: 1.5, is: true } };
    await expect(storage.create('a/ü b', content, signal)).resolves.toBe('created');
    await expect(storage.read('a/ü b', signal)).resolves.toEqual(content);
  });

  it('are not there before they are written', async () => {
    const storage = await make();
    await expect(storage.read('a', signal)).resolves.toBeUndefined();
    await expect(storage.readLines('a', signal)).resolves.toBeUndefined();
  });

  it('are written once, by the first', async () => {
    const storage = await make();
    const outcomes = await Promise.all([1, 2, 3].map((n) => storage.create('a', { n }, signal)));
    expect(outcomes.sort()).toEqual(['created', 'exists', 'exists']);
    const content = await storage.read('a', signal);
    await expect(storage.create('a', { n: 4 }, signal)).resolves.toBe('exists');
    await expect(storage.createLines('a', eachOf([4]), signal)).resolves.toBe('exists');
    await expect(storage.read('a', signal)).resolves.toEqual(content);
  });

  it('are not touched once the signal is aborted', async () => {
    const storage = await make();
    const aborted = AbortSignal.abort(new Error('enough'));
    await expect(failureOf(storage.create('a', {}, aborted))).resolves.toMatchObject({ message: 'enough' });
    await expect(storage.read('a', signal)).resolves.toBeUndefined();
  });
});

describeDocumentStorages('documents of lines', (make) => {
  it('give back each line', async () => {
    const storage = await make();
    const lines = Array.from({ length: 5000 }, (_, index) => ({
      index,
      text: `Müller ${'𝄞'.repeat(index % 7)}`,
    }));
    await expect(storage.createLines('plan', eachOf(lines), signal)).resolves.toBe('created');
    await expect(linesOf(storage, 'plan')).resolves.toEqual(lines);
  });

  it('may have no lines', async () => {
    const storage = await make();
    await storage.createLines('plan', eachOf([]), signal);
    await expect(linesOf(storage, 'plan')).resolves.toEqual([]);
  });

  it('are not there when their lines fail, however many came before', async () => {
    const storage = await make();
    const error = new Error('the search failed');
    const lines = Array.from({ length: 20_000 }, (_, index) => ({ index }));
    await expect(failureOf(storage.createLines('plan', eachOf(lines, error), signal))).resolves.toBe(error);
    await expect(storage.readLines('plan', signal)).resolves.toBeUndefined();
    await expect(storage.createLines('plan', eachOf([1]), signal)).resolves.toBe('created');
  });

  it('need not be read to their end', async () => {
    const storage = await make();
    const lines = Array.from({ length: 100_000 }, (_, index) => index);
    await storage.createLines('plan', eachOf(lines), signal);
    for await (const line of (await storage.readLines('plan', signal)) ?? []) {
      expect(line).toBe(0);
      break;
    }
    await expect(storage.create('a', {}, signal)).resolves.toBe('created');
  });

  it('are documents when they have one line, and documents have one', async () => {
    const storage = await make();
    await storage.createLines('one', eachOf([{ n: 1 }]), signal);
    await expect(storage.read('one', signal)).resolves.toEqual({ n: 1 });
    await storage.create('document', { n: 2 }, signal);
    await expect(linesOf(storage, 'document')).resolves.toEqual([{ n: 2 }]);
  });

  it('cannot be read as a document when they have more', async () => {
    const storage = await make();
    await storage.createLines('two', eachOf([1, 2]), signal);
    await expect(failureOf(storage.read('two', signal))).resolves.toMatchObject({ code: 'malformed-answer' });
  });
});

describeDocumentStorages('the list of documents', (make) => {
  it('is in the order of bytes, not of letters', async () => {
    const storage = await make();
    // U+FF21 comes before U+1D11E in UTF-8, and behind it in UTF-16.
    const inOrder = ['p/A', 'p/Z', 'p/a', 'p/a!', 'p/a/b', 'p/ä', 'p/\uff21', 'p/\u{1d11e}'];
    await createAll(storage, ['q', ...inOrder.toReversed(), 'o']);
    await expect(storage.list({ prefix: 'p/' }, signal)).resolves.toEqual({
      names: inOrder,
      prefixes: [],
      nextPageToken: undefined,
    });
  });

  it('shows one level, with what is below it as prefixes', async () => {
    const storage = await make();
    await createAll(storage, ['p/1', 'p/2/a', 'p/2/b/c', 'p/3/a', 'p/3', 'p2/1']);
    await expect(storage.list({ prefix: 'p/', delimiter: '/' }, signal)).resolves.toEqual({
      names: ['p/1', 'p/3'],
      prefixes: ['p/2/', 'p/3/'],
      nextPageToken: undefined,
    });
  });

  it.each([1, 2, 3])('comes whole in pages of %i, names and prefixes alike', async (limit) => {
    const storage = await make();
    await createAll(storage, ['p/1', 'p/2/a', 'p/2/b', 'p/2/c', 'p/3', 'p/4/a', 'p/5']);
    const flat = await pagesOf(storage, { prefix: 'p/', limit });
    expect(flat.flat()).toEqual(['p/1', 'p/2/a', 'p/2/b', 'p/2/c', 'p/3', 'p/4/a', 'p/5']);
    const level = await pagesOf(storage, { prefix: 'p/', delimiter: '/', limit });
    expect(level.flat().sort()).toEqual(['p/1', 'p/2/', 'p/3', 'p/4/', 'p/5']);
    expect(Math.max(...[...flat, ...level].map((page) => page.length))).toBe(limit);
  });

  it('begins where it is told to', async () => {
    const storage = await make();
    await createAll(storage, ['p/1', 'p/2', 'p/2/a', 'p/3', 'p/3/a', 'q']);
    expect(await pagesOf(storage, { prefix: 'p/', startOffset: 'p/2/', limit: 2 })).toEqual([
      ['p/2/a', 'p/3'],
      ['p/3/a'],
    ]);
    const level = await pagesOf(storage, { prefix: 'p/', delimiter: '/', startOffset: 'p/2/b' });
    expect(level).toEqual([['p/3', 'p/3/']]);
  });

  it('is empty where there is nothing', async () => {
    const storage = await make();
    await expect(storage.list({ prefix: 'p/', delimiter: '/' }, signal)).resolves.toEqual({
      names: [],
      prefixes: [],
      nextPageToken: undefined,
    });
  });

  it('lacks what was removed', async () => {
    const storage = await make();
    await createAll(storage, ['a', 'b']);
    await storage.remove('a', signal);
    await expect(storage.list({ prefix: '' }, signal)).resolves.toMatchObject({ names: ['b'] });
  });
});

describeDocumentStorages('documents with generations', (make) => {
  it('have a new one with each change', async () => {
    const storage = await make();
    await storage.create('a', { n: 1 }, signal);
    const first = await storage.readVersion('a', signal);
    expect(first).toEqual({ content: { n: 1 }, generation: expect.stringMatching(/^\d+$/) });
    const second = await storage.replace('a', { n: 2 }, first?.generation ?? '', signal);
    expect(second).not.toBe(first?.generation);
    await expect(storage.readVersion('a', signal)).resolves.toEqual({
      content: { n: 2 },
      generation: second,
    });
  });

  it('are not changed by who knows an old one', async () => {
    const storage = await make();
    const first = (await storage.replace('a', { n: 1 }, null, signal)) ?? '';
    await storage.replace('a', { n: 2 }, first, signal);
    await expect(storage.replace('a', { n: 3 }, first, signal)).resolves.toBeUndefined();
    await expect(storage.read('a', signal)).resolves.toEqual({ n: 2 });
  });

  it('are not changed by who believes that there is none', async () => {
    const storage = await make();
    await storage.replace('a', { n: 1 }, null, signal);
    await expect(storage.replace('a', { n: 2 }, null, signal)).resolves.toBeUndefined();
    await expect(storage.read('a', signal)).resolves.toEqual({ n: 1 });
  });

  it('are changed by one of many who know the same', async () => {
    const storage = await make();
    const first = (await storage.replace('a', { n: 0 }, null, signal)) ?? '';
    const written = await Promise.all([1, 2, 3].map((n) => storage.replace('a', { n }, first, signal)));
    expect(written.filter((generation) => generation !== undefined)).toHaveLength(1);
  });

  it('do not come back by who knew them before they were removed', async () => {
    const storage = await make();
    const first = (await storage.replace('a', { n: 1 }, null, signal)) ?? '';
    await storage.remove('a', signal);
    await expect(storage.readVersion('a', signal)).resolves.toBeUndefined();
    await expect(storage.replace('a', { n: 2 }, first, signal)).resolves.toBeUndefined();
    await storage.create('a', { n: 3 }, signal);
    await expect(storage.replace('a', { n: 4 }, first, signal)).resolves.toBeUndefined();
    await expect(storage.read('a', signal)).resolves.toEqual({ n: 3 });
  });

  it('are removed more than once without harm', async () => {
    const storage = await make();
    await storage.create('a', {}, signal);
    await storage.remove('a', signal);
    await expect(storage.remove('a', signal)).resolves.toBeUndefined();
    await expect(storage.read('a', signal)).resolves.toBeUndefined();
  });
});
