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
    ['is longer than a document may be', `"${'x'.repeat(1024 * 1024)}"`],
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
});
