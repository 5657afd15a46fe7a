import '../../support/one-realm.ts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { makeGcsObjectStorage } from '../../../src/adapters/gcs-object-storage.ts';
import { crc32c } from '../../../src/adapters/node-crc32c.ts';
import type { ObjectStorage } from '../../../src/ports/object-storage.ts';
import { failureOf, readAll } from '../../support/blocks.ts';
import { makeObjectRef } from '../../support/factories.ts';
import { closeClients, makeTestHttp } from '../../support/http-client.ts';
import { answer, closePeers, startPeer, type HttpPeer, type Reaction } from '../../support/http-peer.ts';

afterEach(closeClients);
afterEach(closePeers);

const OBJECT = makeObjectRef({ name: 'ward 1/ä#?.dcm' });
const NAMED = '/storage/v1/b/inbox/o/ward%201%2F%C3%A4%23%3F.dcm';
const TARGET = { bucket: 'quarantine', name: 'archive/1f', metadata: { reason: 'archive' } };
const { signal } = new AbortController();

const storageAt = (peer: HttpPeer): ObjectStorage => makeGcsObjectStorage(makeTestHttp(), peer.origin);

/** `x-goog-hash` in the form of Cloud Storage. */
function hashOf(bytes: Buffer): string {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32c(bytes, 0));
  return `crc32c=${value.toString('base64')}`;
}

const content = (bytes: Buffer, headers: Readonly<Record<string, string | string[]>> = {}): Reaction =>
  answer(
    200,
    { 'content-length': String(bytes.length), 'x-goog-hash': `${hashOf(bytes)},md5=AAAA`, ...headers },
    bytes,
  );

describe('opening an object', () => {
  const bytes = Buffer.from('stored bytes');

  it('asks for the stored bytes of that generation', async () => {
    const peer = await startPeer(content(bytes));
    const { body } = await storageAt(peer).open(OBJECT, signal);
    expect((await readAll(body)).equals(bytes)).toBe(true);
    const [request] = peer.requests;
    expect(request?.url).toBe(`${NAMED}?alt=media&generation=${OBJECT.generation}`);
    expect(request?.headers['accept-encoding']).toBe('gzip');
  });

  it('says how long the bytes are and what their checksum is', async () => {
    const peer = await startPeer(content(bytes));
    await expect(storageAt(peer).open(OBJECT, signal)).resolves.toMatchObject({
      sizeBytes: bytes.length,
      crc32c: crc32c(bytes, 0),
      contentEncoding: null,
    });
  });

  it.each([
    ['in one field, last', `md5=AAAA,${hashOf(bytes)}`],
    ['in a field of its own', [hashOf(bytes), 'md5=AAAA']],
    ['in a field of its own, last', ['md5=AAAA', hashOf(bytes)]],
  ])('takes the checksum %s', async (_name, hash) => {
    const peer = await startPeer(content(bytes, { 'x-goog-hash': hash }));
    await expect(storageAt(peer).open(OBJECT, signal)).resolves.toMatchObject({ crc32c: crc32c(bytes, 0) });
  });

  it('gives compressed bytes as they are stored', async () => {
    const stored = gzipSync('content');
    const peer = await startPeer(
      content(stored, {
        'content-encoding': 'gzip',
        'x-goog-stored-content-encoding': 'gzip',
        'x-goog-stored-content-length': String(stored.length),
      }),
    );
    const opened = await storageAt(peer).open(OBJECT, signal);
    expect(opened).toMatchObject({ contentEncoding: 'gzip', sizeBytes: stored.length });
    expect((await readAll(opened.body)).equals(stored)).toBe(true);
  });

  it('takes identity for no encoding', async () => {
    const peer = await startPeer(content(bytes, { 'x-goog-stored-content-encoding': 'identity' }));
    await expect(storageAt(peer).open(OBJECT, signal)).resolves.toMatchObject({ contentEncoding: null });
  });

  it('opens an empty object', async () => {
    const peer = await startPeer(content(Buffer.alloc(0)));
    await expect(storageAt(peer).open(OBJECT, signal)).resolves.toMatchObject({ sizeBytes: 0, crc32c: 0 });
  });

  it.each([
    ['any hash', { 'x-goog-hash': [] }],
    ['a checksum', { 'x-goog-hash': 'md5=AAAA' }],
    ['a checksum of four bytes', { 'x-goog-hash': 'crc32c=AAAA' }],
    ['a length', { 'x-goog-stored-content-length': 'many' }],
  ])('does not trust an answer without %s, and frees its connection', async (_name, headers) => {
    const peer = await startPeer(content(Buffer.alloc(4_000_000), headers), content(bytes));
    const storage = storageAt(peer);
    await expect(failureOf(storage.open(OBJECT, signal))).resolves.toMatchObject({
      code: 'malformed-answer',
    });
    await expect(storage.open(OBJECT, signal)).resolves.toMatchObject({ sizeBytes: bytes.length });
  });

  it.each([
    [404, 'not-found'],
    [403, 'permission-denied'],
    [429, 'throttled'],
    [503, 'unavailable'],
    [304, 'request-refused'],
  ])('translates %i', async (status, code) => {
    const peer = await startPeer(answer(status));
    await expect(failureOf(storageAt(peer).open(OBJECT, signal))).resolves.toMatchObject({
      code,
      details: { call: 'open object', status },
    });
  });
});

describe('copying an object', () => {
  const done = answer(200, {}, JSON.stringify({ done: true }));
  const more = (rewriteToken: string): Reaction =>
    answer(200, {}, JSON.stringify({ done: false, rewriteToken }));

  it('copies an object as it is where no other metadata are given', async () => {
    const peer = await startPeer(done);
    await storageAt(peer).copy(OBJECT, { bucket: 'archive', name: 'a' }, signal);
    expect(JSON.parse(Buffer.concat(peer.requests[0]?.blocks ?? []).toString())).toEqual({});
  });

  it('copies that generation with its metadata, unless the target exists', async () => {
    const peer = await startPeer(done);
    await expect(storageAt(peer).copy(OBJECT, TARGET, signal)).resolves.toBe('created');
    const [request] = peer.requests;
    expect(request?.url).toBe(
      `${NAMED}/rewriteTo/b/quarantine/o/archive%2F1f?sourceGeneration=${OBJECT.generation}&ifGenerationMatch=0`,
    );
    expect(JSON.parse(Buffer.concat(request?.blocks ?? []).toString())).toMatchObject({
      metadata: { reason: 'archive' },
    });
  });

  it('goes on with the token until the copy is done', async () => {
    const peer = await startPeer(more('a b'), more('c'), done);
    await expect(storageAt(peer).copy(OBJECT, TARGET, signal)).resolves.toBe('created');
    const tokens = peer.requests.map(({ url }) => new URL(url, peer.origin).searchParams.get('rewriteToken'));
    expect(tokens).toEqual([null, 'a b', 'c']);
  });

  it('leaves a target alone that exists', async () => {
    const peer = await startPeer(answer(412));
    await expect(storageAt(peer).copy(OBJECT, TARGET, signal)).resolves.toBe('exists');
  });

  it('looks whether the target exists where an account that may not replace it is refused', async () => {
    const peer = await startPeer(answer(403), answer(200, {}, '{}'));
    await expect(storageAt(peer).copy(OBJECT, TARGET, signal)).resolves.toBe('exists');
    expect(peer.requests[1]?.url).toBe('/storage/v1/b/quarantine/o/archive%2F1f?fields=generation');
  });

  it.each([404, 403])(
    'is refused where the target does not exist as far as one can see (%i)',
    async (status) => {
      const peer = await startPeer(answer(403), answer(status));
      await expect(failureOf(storageAt(peer).copy(OBJECT, TARGET, signal))).resolves.toMatchObject({
        code: 'permission-denied',
        details: { call: 'copy object' },
      });
    },
  );

  it('does not go on for ever', async () => {
    const peer = await startPeer(...Array.from({ length: 1001 }, () => more('again')));
    await expect(failureOf(storageAt(peer).copy(OBJECT, TARGET, signal))).resolves.toMatchObject({
      code: 'malformed-answer',
    });
    expect(peer.requests).toHaveLength(1000);
  });

  it.each(['<html>', '{}', 'null', '{"done":false}', '{"done":"true"}'])(
    'does not take %s for a copy',
    async (text) => {
      const peer = await startPeer(answer(200, {}, text));
      await expect(failureOf(storageAt(peer).copy(OBJECT, TARGET, signal))).resolves.toMatchObject({
        code: 'malformed-answer',
      });
    },
  );

  it.each([
    [404, 'not-found'],
    [503, 'unavailable'],
  ])('translates %i', async (status, code) => {
    const peer = await startPeer(more('x'), answer(status));
    await expect(failureOf(storageAt(peer).copy(OBJECT, TARGET, signal))).resolves.toMatchObject({ code });
  });
});

describe('deleting an object', () => {
  it.each([204, 200, 404])('is content with %i', async (status) => {
    const peer = await startPeer(answer(status));
    await expect(storageAt(peer).delete(OBJECT, signal)).resolves.toBeUndefined();
    expect(peer.requests[0]).toMatchObject({
      method: 'DELETE',
      url: `${NAMED}?generation=${OBJECT.generation}`,
    });
  });

  it('translates a refusal', async () => {
    const peer = await startPeer(answer(403));
    await expect(failureOf(storageAt(peer).delete(OBJECT, signal))).resolves.toMatchObject({
      code: 'permission-denied',
    });
  });
});
