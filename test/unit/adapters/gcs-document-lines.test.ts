import '../../support/one-realm.ts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { makeGcsDocumentStorage } from '../../../src/adapters/gcs-document-storage.ts';
import type { DocumentStorage } from '../../../src/ports/document-storage.ts';
import { arriving, failureOf } from '../../support/blocks.ts';
import { closeClients, makeTestHttp } from '../../support/http-client.ts';
import { answer, closePeers, startPeer, type HttpPeer } from '../../support/http-peer.ts';
import { until } from '../../support/until.ts';

afterEach(closeClients);
afterEach(closePeers);

const { signal } = new AbortController();
const documentsAt = (peer: HttpPeer): DocumentStorage =>
  makeGcsDocumentStorage(makeTestHttp(), peer.origin, 'state');

async function* lines(values: readonly unknown[]): AsyncGenerator {
  for (const value of values) {
    await Promise.resolve();
    yield value;
  }
}

const many = (count: number): object[] => Array.from({ length: count }, (_, index) => ({ index }));

describe('creating a document of lines', () => {
  it('streams them unless there is one', async () => {
    const peer = await startPeer(answer(200, {}, '{}'));
    await expect(documentsAt(peer).createLines('plans/1', lines([{ a: 1 }, 2]), signal)).resolves.toBe(
      'created',
    );
    const [request] = peer.requests;
    expect(request).toMatchObject({
      method: 'POST',
      url: '/upload/storage/v1/b/state/o?uploadType=media&name=plans%2F1&ifGenerationMatch=0',
      headers: { 'content-type': 'application/x-ndjson', 'transfer-encoding': 'chunked' },
    });
    expect(Buffer.concat(request?.blocks ?? []).toString()).toBe('{"a":1}\n2\n');
  });

  it('creates an empty one of no lines', async () => {
    const peer = await startPeer(answer(200, {}, '{}'));
    await documentsAt(peer).createLines('plans/1', lines([]), signal);
    expect(peer.requests[0]).toMatchObject({ isWhole: true, blocks: [] });
  });

  it('never completes the request when the lines fail, and fails with their very error', async () => {
    const peer = await startPeer(answer(200, {}, '{}'));
    const error = new Error('the search failed');
    async function* failing(): AsyncGenerator {
      yield* lines(many(20_000));
      // Not before a part of them has arrived, for there is nothing to cut off else.
      await until(() => peer.requests[0]?.blocks.length !== 0 && peer.requests.length === 1);
      throw error;
    }
    await expect(failureOf(documentsAt(peer).createLines('plans/1', failing(), signal))).resolves.toBe(error);
    await peer.requests[0]?.over;
    expect(peer.requests[0]?.isWhole).toBe(false);
  });

  it('leaves one alone that is there', async () => {
    const peer = await startPeer(answer(412));
    await expect(documentsAt(peer).createLines('a', lines([1]), signal)).resolves.toBe('exists');
  });

  it('looks whether there is one where an account that may not replace it is refused', async () => {
    const peer = await startPeer(answer(403), answer(200, {}, '{}'));
    await expect(documentsAt(peer).createLines('a', lines([1]), signal)).resolves.toBe('exists');
  });

  it.each([
    [503, '', 'unavailable'],
    [200, '<html>', 'malformed-answer'],
    [404, '<html>', 'not-found'],
  ])('has created nothing that it knows of when it is answered %i with %j', async (status, text, code) => {
    const peer = await startPeer(answer(status, {}, text));
    await expect(failureOf(documentsAt(peer).createLines('a', lines([1]), signal))).resolves.toMatchObject({
      code,
    });
  });
});

describe('reading a document of lines', () => {
  it('gives them one by one', async () => {
    const peer = await startPeer(answer(200, {}, '{"a":1}\n2'));
    const values: unknown[] = [];
    for await (const value of (await documentsAt(peer).readLines('plans/1', signal)) ?? [])
      values.push(value);
    expect(values).toEqual([{ a: 1 }, 2]);
    expect(peer.requests[0]).toMatchObject({
      method: 'GET',
      url: '/storage/v1/b/state/o/plans%2F1?alt=media',
    });
  });

  it('gives nothing where there is none', async () => {
    const peer = await startPeer(answer(404));
    await expect(documentsAt(peer).readLines('a', signal)).resolves.toBeUndefined();
  });

  it.each([
    [404, '<html>', 'malformed-answer'],
    [403, '', 'permission-denied'],
  ])('translates %i with %j', async (status, text, code) => {
    const peer = await startPeer(answer(status, {}, text));
    await expect(failureOf(documentsAt(peer).readLines('a', signal))).resolves.toMatchObject({ code });
  });

  it('fails where the answer is cut off, and does not take that for the end', async () => {
    const peer = await startPeer((response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('1\n2\n', () => response.destroy());
    });
    const values: unknown[] = [];
    const work = async (): Promise<void> => {
      for await (const value of (await documentsAt(peer).readLines('a', signal)) ?? []) values.push(value);
    };
    await expect(failureOf(work)).resolves.toMatchObject({ code: 'connection-lost' });
    expect(values).toEqual([1, 2]);
  });

  it('closes the connection when no more are wanted', async () => {
    const closed = Promise.withResolvers<unknown>();
    const peer = await startPeer(async (response, request) => {
      closed.resolve(once(request.socket, 'close'));
      response.writeHead(200);
      for await (const block of arriving([Buffer.from('1\n2\n')])) response.write(block);
    });
    for await (const value of (await documentsAt(peer).readLines('a', signal)) ?? []) {
      expect(value).toBe(1);
      break;
    }
    await expect(closed.promise).resolves.toEqual([false]);
  });
});
