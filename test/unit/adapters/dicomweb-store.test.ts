import '../../support/one-realm.ts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { makeDicomwebStore, type StoreEncoding } from '../../../src/adapters/dicomweb-store.ts';
import type { DicomStore, InstanceUpload } from '../../../src/ports/dicom-store.ts';
import { arriving, cutEvery, failureOf, noise, readAll } from '../../support/blocks.ts';
import { makeUids } from '../../support/factories.ts';
import { closeClients, makeTestHttp } from '../../support/http-client.ts';
import { answer, closePeers, startPeer, type HttpPeer } from '../../support/http-peer.ts';

afterEach(closeClients);
afterEach(closePeers);

const FILE = noise(20_000);
const { signal } = new AbortController();
const STORED = JSON.stringify({ '00081199': { vr: 'SQ', Value: [{ '00081155': { Value: ['1.2.3'] } }] } });
const EXISTS = JSON.stringify({ '00081198': { Value: [{ '00090097': { Value: ['already exists'] } }] } });

const storeAt = (peer: HttpPeer, encoding: StoreEncoding = 'single'): DicomStore =>
  makeDicomwebStore({ http: makeTestHttp(), root: `${peer.origin}/dicomWeb`, encoding });
const upload = (changes: Partial<InstanceUpload> = {}): InstanceUpload => ({
  uids: makeUids(),
  sizeBytes: FILE.length,
  body: arriving(cutEvery(FILE, 3000)),
  ...changes,
});
const received = (peer: HttpPeer): Buffer => Buffer.concat(peer.requests[0]?.blocks ?? []);

describe('storing an instance', () => {
  it('sends the file as one body of its own type and length', async () => {
    const peer = await startPeer(answer(200, {}, STORED));
    await expect(storeAt(peer).store(upload(), signal)).resolves.toEqual({ kind: 'stored' });
    const [request] = peer.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/dicomWeb/studies' });
    expect(request?.headers).toMatchObject({
      accept: 'application/dicom+json',
      'content-type': 'application/dicom',
      'content-length': '20000',
    });
    expect(received(peer).equals(FILE)).toBe(true);
  });

  it.each([FILE.length, undefined])('sends the file as one part, its length being %p', async (sizeBytes) => {
    const peer = await startPeer(answer(200, {}, STORED));
    await storeAt(peer, 'multipart').store(upload({ sizeBytes }), signal);
    const type = peer.requests[0]?.headers['content-type'] ?? '';
    const [, boundary = ''] =
      /^multipart\/related; type="application\/dicom"; boundary=([\w-]+)$/.exec(type) ?? [];
    const head = Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`);
    const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
    expect(boundary).not.toBe('');
    expect(received(peer).equals(Buffer.concat([head, FILE, tail]))).toBe(true);
    expect(peer.requests[0]?.headers['content-length']).toBe(
      sizeBytes === undefined ? undefined : String(received(peer).length),
    );
  });

  it('sends a file of unknown length in chunks', async () => {
    const peer = await startPeer(answer(200, {}, STORED));
    await storeAt(peer).store(upload({ sizeBytes: undefined }), signal);
    expect(peer.requests[0]?.headers['transfer-encoding']).toBe('chunked');
    expect(received(peer).equals(FILE)).toBe(true);
  });

  it.each<StoreEncoding>(['single', 'multipart'])(
    'fails with the very error of the source, and never completes a %s request',
    async (encoding) => {
      const peer = await startPeer(answer(200, {}, STORED));
      const error = new Error('damaged');
      const body = arriving(cutEvery(FILE, 3000).slice(0, 6), error);
      await expect(failureOf(storeAt(peer, encoding).store(upload({ body }), signal))).resolves.toBe(error);
      await peer.requests[0]?.over;
      expect(peer.requests[0]?.isWhole).not.toBe(true);
    },
  );

  it.each([200, 202, 409, 400])('reads the list that comes with %i', async (status) => {
    const peer = await startPeer(answer(status, {}, EXISTS));
    await expect(storeAt(peer).store(upload(), signal)).resolves.toMatchObject({ kind: 'exists' });
  });

  it.each([
    [200, ''],
    [200, '{}'],
    [202, '{}'],
    [409, 'Conflict'],
    [400, '<!DOCTYPE html><title>Error 400</title>'],
    [400, '\n <HTML>'],
  ])('does not know what became of the instance when it is answered %i with %j', async (status, text) => {
    const peer = await startPeer(answer(status, {}, text));
    await expect(failureOf(storeAt(peer).store(upload(), signal))).resolves.toMatchObject({
      code: 'malformed-answer',
      details: { status },
    });
  });

  it('takes 400 with a text for a refusal of the instance', async () => {
    const peer = await startPeer(answer(400, {}, 'x'.repeat(2000)));
    await expect(storeAt(peer).store(upload(), signal)).resolves.toEqual({
      kind: 'refused',
      failureReason: null,
      detail: 'x'.repeat(1000),
    });
  });

  it.each([
    [401, 'unauthenticated'],
    [403, 'permission-denied'],
    [404, 'not-found'],
    [406, 'request-refused'],
    [413, 'request-refused'],
    [415, 'request-refused'],
    [429, 'throttled'],
    [500, 'unavailable'],
    [503, 'unavailable'],
    [204, 'request-refused'],
  ])('takes %i for no verdict on the instance', async (status, code) => {
    const peer = await startPeer(answer(status, { 'retry-after': '3' }));
    await expect(failureOf(storeAt(peer).store(upload(), signal))).resolves.toMatchObject({
      code,
      retryAfterMs: 3000,
      details: { call: 'store instance', status },
    });
  });
});

describe('retrieving an instance', () => {
  const multipart = { 'content-type': 'multipart/related; type="application/dicom"; boundary=cut' };
  const message = Buffer.concat([
    Buffer.from('--cut\r\nContent-Type: application/dicom\r\n\r\n'),
    FILE,
    Buffer.from('\r\n--cut--\r\n'),
  ]);

  it.each([
    ['single', 'application/dicom; transfer-syntax=*'],
    ['multipart', 'multipart/related; type="application/dicom"; transfer-syntax=*'],
  ] as const)('asks for what was stored, never converted (%s)', async (encoding, accept) => {
    const peer = await startPeer(answer(200, { 'content-type': 'application/dicom' }, FILE));
    await storeAt(peer, encoding).retrieve(makeUids(), signal);
    expect(peer.requests[0]).toMatchObject({
      method: 'GET',
      url: '/dicomWeb/studies/1.2.1/series/1.2.2/instances/1.2.3',
      headers: { accept },
    });
  });

  it.each([
    ['alone', { 'content-type': 'application/dicom' }, FILE],
    ['without a type', {}, FILE],
    ['as a part', multipart, message],
  ])('gives the bytes that come %s', async (_name, headers, body) => {
    const peer = await startPeer(answer(200, headers, body));
    const bytes = await readAll(await storeAt(peer).retrieve(makeUids(), signal));
    expect(bytes.equals(FILE)).toBe(true);
  });

  it('notices a part that is cut off', async () => {
    const peer = await startPeer(answer(200, multipart, message.subarray(0, -8)));
    const stream = await storeAt(peer).retrieve(makeUids(), signal);
    await expect(failureOf(readAll(stream))).resolves.toMatchObject({ code: 'malformed-answer' });
  });

  it.each([
    [404, 'not-found'],
    [429, 'throttled'],
    [206, 'request-refused'],
  ])('translates %i', async (status, code) => {
    const peer = await startPeer(answer(status));
    await expect(failureOf(storeAt(peer).retrieve(makeUids(), signal))).resolves.toMatchObject({ code });
  });
});
