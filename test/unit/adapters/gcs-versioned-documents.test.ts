import '../../support/one-realm.ts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { makeVersionedGcsDocumentStorage } from '../../../src/adapters/gcs-document-storage.ts';
import type { VersionedDocumentStorage } from '../../../src/ports/document-storage.ts';
import { failureOf } from '../../support/blocks.ts';
import { closeClients, makeTestHttp } from '../../support/http-client.ts';
import { answer, closePeers, startPeer, type HttpPeer } from '../../support/http-peer.ts';

afterEach(closeClients);
afterEach(closePeers);

const { signal } = new AbortController();
const documentsAt = (peer: HttpPeer): VersionedDocumentStorage =>
  makeVersionedGcsDocumentStorage(makeTestHttp(), peer.origin, 'state');

describe('reading a document with its generation', () => {
  it('gives both', async () => {
    const peer = await startPeer(
      answer(200, { 'x-goog-generation': '1712345678901234' }, '{"phase":"planned"}'),
    );
    await expect(documentsAt(peer).readVersion('deletions/1.2', signal)).resolves.toEqual({
      content: { phase: 'planned' },
      generation: '1712345678901234',
    });
    expect(peer.requests[0]?.url).toBe('/storage/v1/b/state/o/deletions%2F1.2?alt=media');
  });

  it('gives nothing where there is none', async () => {
    const peer = await startPeer(answer(404));
    await expect(documentsAt(peer).readVersion('a', signal)).resolves.toBeUndefined();
  });

  it.each([
    [200, {}, '{}', 'malformed-answer'],
    [200, { 'x-goog-generation': 'latest' }, '{}', 'malformed-answer'],
    [200, { 'x-goog-generation': '1' }, '<html>', 'malformed-answer'],
    [404, {}, '<html>', 'malformed-answer'],
    [403, {}, '', 'permission-denied'],
  ])('fails when it is answered %i with %j and %j', async (status, headers, text, code) => {
    const peer = await startPeer(answer(status, { ...headers }, text));
    await expect(failureOf(documentsAt(peer).readVersion('a', signal))).resolves.toMatchObject({ code });
  });
});

describe('replacing a document', () => {
  it.each([
    ['1712345678901234', '1712345678901234'],
    [null, '0'],
  ])('writes in place of generation %p only', async (generation, match) => {
    const peer = await startPeer(answer(200, {}, '{"generation":"1712345678901235"}'));
    await expect(documentsAt(peer).replace('a/b', { n: 1 }, generation, signal)).resolves.toBe(
      '1712345678901235',
    );
    const [request] = peer.requests;
    expect(request).toMatchObject({
      method: 'POST',
      url: `/upload/storage/v1/b/state/o?uploadType=media&name=a%2Fb&ifGenerationMatch=${match}`,
      headers: { 'content-type': 'application/json' },
    });
    expect(Buffer.concat(request?.blocks ?? []).toString()).toBe('{"n":1}');
  });

  it('has written nothing when the document has changed meanwhile', async () => {
    const peer = await startPeer(answer(412));
    await expect(documentsAt(peer).replace('a', {}, '1', signal)).resolves.toBeUndefined();
  });

  it.each([
    [200, '{}', 'malformed-answer'],
    [200, '{"generation":1}', 'malformed-answer'],
    [200, '<html>', 'malformed-answer'],
    [404, '', 'not-found'],
    [403, '', 'permission-denied'],
    [503, '', 'unavailable'],
  ])('does not know of a new generation when it is answered %i with %j', async (status, text, code) => {
    const peer = await startPeer(answer(status, {}, text));
    await expect(failureOf(documentsAt(peer).replace('a', {}, '1', signal))).resolves.toMatchObject({ code });
  });
});

describe('removing a document', () => {
  it.each([204, 200, 404])('is content with %i', async (status) => {
    const peer = await startPeer(answer(status));
    await expect(documentsAt(peer).remove('a/b', signal)).resolves.toBeUndefined();
    expect(peer.requests[0]).toMatchObject({ method: 'DELETE', url: '/storage/v1/b/state/o/a%2Fb' });
  });

  it.each([
    [200, '<html>', 'malformed-answer'],
    [404, '<html>', 'malformed-answer'],
    [403, '', 'permission-denied'],
    [503, '', 'unavailable'],
  ])('fails when it is answered %i with %j', async (status, text, code) => {
    const peer = await startPeer(answer(status, {}, text));
    await expect(failureOf(documentsAt(peer).remove('a', signal))).resolves.toMatchObject({ code });
  });
});
