import '../../support/one-realm.ts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { makeGcsDocumentStorage } from '../../../src/adapters/gcs-document-storage.ts';
import type { DocumentStorage } from '../../../src/ports/document-storage.ts';
import { failureOf } from '../../support/blocks.ts';
import { closeClients, makeTestHttp } from '../../support/http-client.ts';
import { answer, closePeers, startPeer, type HttpPeer } from '../../support/http-peer.ts';

afterEach(closeClients);
afterEach(closePeers);

const { signal } = new AbortController();
const documentsAt = (peer: HttpPeer): DocumentStorage =>
  makeGcsDocumentStorage(makeTestHttp(), peer.origin, 'state');

describe('reading a document', () => {
  it('gives what is in it', async () => {
    const peer = await startPeer(answer(200, {}, '{"deletedAt":null}'));
    await expect(documentsAt(peer).read('tombstones/1.2', signal)).resolves.toEqual({ deletedAt: null });
    expect(peer.requests[0]).toMatchObject({
      method: 'GET',
      url: '/storage/v1/b/state/o/tombstones%2F1.2?alt=media',
    });
  });

  it('gives nothing where there is none', async () => {
    const peer = await startPeer(answer(404));
    await expect(documentsAt(peer).read('tombstones/1.2', signal)).resolves.toBeUndefined();
  });

  it.each([
    ['is not JSON', '<html>'],
    ['is longer than a document may be', `"${'x'.repeat(16 * 1024 * 1024)}"`],
  ])('does not take for a document what %s', async (_name, text) => {
    const peer = await startPeer(answer(200, {}, text));
    await expect(failureOf(documentsAt(peer).read('a', signal))).resolves.toMatchObject({
      code: 'malformed-answer',
    });
  });

  it('translates a refusal', async () => {
    const peer = await startPeer(answer(403));
    await expect(failureOf(documentsAt(peer).read('a', signal))).resolves.toMatchObject({
      code: 'permission-denied',
    });
  });
});

describe('creating a document', () => {
  it('writes it unless there is one', async () => {
    const peer = await startPeer(answer(200, {}, '{}'));
    await expect(documentsAt(peer).create('ingested/1/2', { day: 1 }, signal)).resolves.toBe('created');
    const [request] = peer.requests;
    expect(request?.url).toBe(
      '/upload/storage/v1/b/state/o?uploadType=media&name=ingested%2F1%2F2&ifGenerationMatch=0',
    );
    expect(Buffer.concat(request?.blocks ?? []).toString()).toBe('{"day":1}');
  });

  it('leaves one alone that is there', async () => {
    const peer = await startPeer(answer(412));
    await expect(documentsAt(peer).create('a', {}, signal)).resolves.toBe('exists');
  });

  it('looks whether there is one where an account that may not replace it is refused', async () => {
    const there = await startPeer(answer(403), answer(200, {}, '{}'));
    await expect(documentsAt(there).create('a', {}, signal)).resolves.toBe('exists');
    const absent = await startPeer(answer(403), answer(404));
    await expect(failureOf(documentsAt(absent).create('a', {}, signal))).resolves.toMatchObject({
      code: 'permission-denied',
    });
  });

  it('translates a refusal', async () => {
    const peer = await startPeer(answer(503));
    await expect(failureOf(documentsAt(peer).create('a', {}, signal))).resolves.toMatchObject({
      code: 'unavailable',
    });
  });

  it('sends nothing that could not be read again', async () => {
    const peer = await startPeer();
    const tooLong = 'x'.repeat(16 * 1024 * 1024);
    await expect(failureOf(documentsAt(peer).create('a', tooLong, signal))).resolves.toMatchObject({
      code: 'request-refused',
    });
    expect(peer.requests).toEqual([]);
  });
});

describe('listing documents', () => {
  const page = (rest: object): string => JSON.stringify({ kind: 'storage#objects', ...rest });

  it('asks for one level, from where the page before has ended', async () => {
    const peer = await startPeer(answer(200, {}, page({})));
    const listing = {
      prefix: 'a/b&c/',
      delimiter: '/',
      startOffset: 'a/b&c/d',
      pageToken: 'x=',
      limit: 7,
    } as const;
    await documentsAt(peer).list(listing, signal);
    const [path, query] = peer.requests[0]?.url.split('?') ?? [];
    expect(path).toBe('/storage/v1/b/state/o');
    expect(Object.fromEntries(new URLSearchParams(query))).toEqual({
      prefix: 'a/b&c/',
      delimiter: '/',
      startOffset: 'a/b&c/d',
      pageToken: 'x=',
      maxResults: '7',
      fields: 'kind,items/name,prefixes,nextPageToken',
    });
  });

  it.each([
    [{}, { names: [], prefixes: [], nextPageToken: undefined }],
    [{ nextPageToken: 'x' }, { names: [], prefixes: [], nextPageToken: 'x' }],
    [
      { items: [{ name: 'a' }, { name: 'b' }], prefixes: ['c/'] },
      { names: ['a', 'b'], prefixes: ['c/'], nextPageToken: undefined },
    ],
  ])('gives what is on the page %j', async (rest, expected) => {
    const peer = await startPeer(answer(200, {}, page(rest)));
    await expect(documentsAt(peer).list({ prefix: '' }, signal)).resolves.toEqual(expected);
  });

  it.each(['', '{}', '[]', '<html>', page({ items: [{}] })])(
    'does not take %j for a page, least of all for an empty one',
    async (text) => {
      const peer = await startPeer(answer(200, {}, text));
      await expect(failureOf(documentsAt(peer).list({ prefix: '' }, signal))).resolves.toMatchObject({
        code: 'malformed-answer',
      });
    },
  );

  it.each([
    [403, '', 'permission-denied'],
    [404, '', 'not-found'],
    [404, '<!doctype html>', 'malformed-answer'],
    [503, '', 'unavailable'],
  ])('translates %i with %j', async (status, text, code) => {
    const peer = await startPeer(answer(status, {}, text));
    await expect(failureOf(documentsAt(peer).list({ prefix: '' }, signal))).resolves.toMatchObject({ code });
  });
});
