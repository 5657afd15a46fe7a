import '../../support/one-realm.ts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { makeDicomwebDeletion } from '../../../src/adapters/dicomweb-deletion.ts';
import type { DicomDeletion } from '../../../src/ports/dicom-deletion.ts';
import { failureOf } from '../../support/blocks.ts';
import { closeClients, makeTestHttp } from '../../support/http-client.ts';
import { answer, closePeers, startPeer, type HttpPeer } from '../../support/http-peer.ts';

afterEach(closeClients);
afterEach(closePeers);

const { signal } = new AbortController();
const STUDY = { studyInstanceUid: '1.2', seriesInstanceUid: null, sopInstanceUid: null };
const DATASET = 'projects/p/locations/l/datasets/d';
const NAME = `${DATASET}/operations/17`;

const deletionAt = ({ origin }: HttpPeer): DicomDeletion =>
  makeDicomwebDeletion({
    http: makeTestHttp(),
    root: `${origin}/dicomWeb`,
    operations: { endpoint: origin, dataset: DATASET },
  });

describe('asking a store to delete', () => {
  it.each([
    [STUDY, '/studies/1.2'],
    [{ ...STUDY, seriesInstanceUid: '3' }, '/studies/1.2/series/3'],
    [{ ...STUDY, seriesInstanceUid: '3', sopInstanceUid: '4' }, '/studies/1.2/series/3/instances/4'],
  ])('names the target %j by its path', async (target, path) => {
    const peer = await startPeer(answer(200, {}, '{}'));
    await deletionAt(peer).delete(target, signal);
    expect(peer.requests).toMatchObject([{ method: 'DELETE', url: `/dicomWeb${path}` }]);
  });

  it.each([
    [200, `{"name":"${NAME}"}`, { kind: 'operation', name: NAME }],
    [200, `{"name":"${NAME}","metadata":{},"done":true}`, { kind: 'operation', name: NAME }],
    [200, '{}', { kind: 'done' }],
    [200, '', { kind: 'done' }],
    [200, '\n', { kind: 'done' }],
    [204, '', { kind: 'done' }],
    [404, '', { kind: 'absent' }],
    [404, '{"error":{"code":404}}', { kind: 'absent' }],
  ])('understands %i with %j', async (status, text, expected) => {
    const peer = await startPeer(answer(status, {}, text));
    await expect(deletionAt(peer).delete(STUDY, signal)).resolves.toEqual(expected);
  });

  it.each([
    [200, '<html>'],
    [200, '[]'],
    [200, '""'],
    [200, 'null'],
    [200, '{"name":'],
    [200, '{"name":7}'],
    [200, '{"name":"operations/17"}'],
    [200, `{"name":"${NAME}/../../../x"}`],
    [200, '{"error":{"code":503}}'],
    [202, ''],
    [202, '{}'],
    [206, `{"name":"${NAME}"}`],
    [404, '<!doctype html>'],
  ])('leaves open whether anything has begun when it is answered %i with %j', async (status, text) => {
    const peer = await startPeer(answer(status, {}, text));
    await expect(failureOf(deletionAt(peer).delete(STUDY, signal))).resolves.toMatchObject({
      code: 'malformed-answer',
      details: { status },
    });
  });

  it.each([
    [302, 'request-refused'],
    [400, 'request-refused'],
    [401, 'unauthenticated'],
    [403, 'permission-denied'],
    [405, 'request-refused'],
    [409, 'request-refused'],
    [429, 'throttled'],
    [503, 'unavailable'],
  ])('fails when it is answered %i', async (status, code) => {
    const peer = await startPeer(answer(status, { 'retry-after': '3' }));
    await expect(failureOf(deletionAt(peer).delete(STUDY, signal))).resolves.toMatchObject({
      code,
      retryAfterMs: 3000,
      details: { call: 'delete target', status },
    });
  });
});

describe('looking at an operation', () => {
  it('asks for it by its name', async () => {
    const peer = await startPeer(answer(200, {}, `{"name":"${NAME}"}`));
    await expect(deletionAt(peer).getOperation(NAME, signal)).resolves.toEqual({
      name: NAME,
      method: undefined,
      createdAtMs: undefined,
      end: undefined,
    });
    expect(peer.requests).toMatchObject([{ method: 'GET', url: `/v1/${NAME}` }]);
  });

  it('takes an answer that names the project by its number for the same operation', async () => {
    const name = NAME.replace('/p/', '/4711/');
    const peer = await startPeer(answer(200, {}, `{"name":"${name}"}`));
    await expect(deletionAt(peer).getOperation(NAME, signal)).resolves.toMatchObject({ name });
  });

  it.each([
    ['of another dataset', 'projects/p/locations/l/datasets/other/operations/17'],
    ['of another location', 'projects/p/locations/m/datasets/d/operations/17'],
    ['of another project', 'projects/q/locations/l/datasets/d/operations/17'],
    ['of a store', `${DATASET}/dicomStores/s`],
    ['with a query', `${NAME}?alt=media`],
    ['that climbs', `${DATASET}/operations/..`],
    ['with more behind it', `${NAME}:cancel`],
    ['of nothing', ''],
  ])('never asks for a name %s', async (_what, name) => {
    const peer = await startPeer();
    await expect(failureOf(deletionAt(peer).getOperation(name, signal))).resolves.toMatchObject({
      code: 'request-refused',
    });
    expect(peer.requests).toEqual([]);
  });

  it.each([
    [404, '', 'not-found'],
    [404, '<html>', 'malformed-answer'],
    [403, '', 'permission-denied'],
    [429, '', 'throttled'],
    [503, '', 'unavailable'],
    [200, '<html>', 'malformed-answer'],
    [200, '{}', 'malformed-answer'],
    [200, `{"name":"${NAME}8"}`, 'malformed-answer'],
    [200, `{"name":"${NAME}","done":"true"}`, 'malformed-answer'],
  ])('says nothing of the operation when it is answered %i with %j', async (status, text, code) => {
    const peer = await startPeer(answer(status, {}, text));
    await expect(failureOf(deletionAt(peer).getOperation(NAME, signal))).resolves.toMatchObject({ code });
  });
});

describe('listing the operations of the dataset', () => {
  it('asks for one page after the other', async () => {
    const peer = await startPeer(
      answer(200, {}, `{"operations":[{"name":"${NAME}"}],"nextPageToken":"a=b&"}`),
      answer(200, {}, '{}'),
    );
    const deletion = deletionAt(peer);
    const first = await deletion.listOperations(undefined, signal);
    expect(first).toMatchObject({ operations: [{ name: NAME }], nextPageToken: 'a=b&' });
    await expect(deletion.listOperations(first.nextPageToken, signal)).resolves.toEqual({
      operations: [],
      nextPageToken: undefined,
    });
    expect(peer.requests.map(({ url }) => url)).toEqual([
      `/v1/${DATASET}/operations?pageSize=100`,
      `/v1/${DATASET}/operations?pageSize=100&pageToken=a%3Db%26`,
    ]);
  });

  it('ends with an empty token too', async () => {
    const peer = await startPeer(answer(200, {}, '{"operations":[],"nextPageToken":""}'));
    await expect(deletionAt(peer).listOperations(undefined, signal)).resolves.toEqual({
      operations: [],
      nextPageToken: undefined,
    });
  });

  it.each([
    [200, '', 'malformed-answer'],
    [200, '[]', 'malformed-answer'],
    [200, '<html>', 'malformed-answer'],
    [200, '{"operations":[{}]}', 'malformed-answer'],
    [404, '', 'not-found'],
    [404, '<html>', 'malformed-answer'],
    [403, '', 'permission-denied'],
    [503, '', 'unavailable'],
  ])('does not take %i with %j for the end of the list', async (status, text, code) => {
    const peer = await startPeer(answer(status, {}, text));
    await expect(failureOf(deletionAt(peer).listOperations(undefined, signal))).resolves.toMatchObject({
      code,
    });
  });
});

describe('a server without operations', () => {
  const withoutOperations = ({ origin }: HttpPeer): DicomDeletion =>
    makeDicomwebDeletion({ http: makeTestHttp(), root: origin, operations: null });

  it('has none, and is not asked', async () => {
    const peer = await startPeer();
    const deletion = withoutOperations(peer);
    await expect(deletion.listOperations(undefined, signal)).resolves.toEqual({
      operations: [],
      nextPageToken: undefined,
    });
    await expect(failureOf(deletion.getOperation(NAME, signal))).resolves.toMatchObject({
      code: 'not-found',
    });
    expect(peer.requests).toEqual([]);
  });
});
