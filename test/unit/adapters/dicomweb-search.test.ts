import '../../support/one-realm.ts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { makeDicomwebSearch } from '../../../src/adapters/dicomweb-search.ts';
import type { FoundAttributes, SearchQuery, Tag } from '../../../src/ports/dicom-search.ts';
import { failureOf } from '../../support/blocks.ts';
import { closeClients, makeTestHttp } from '../../support/http-client.ts';
import { answer, closePeers, startPeer, type HttpPeer, type Reaction } from '../../support/http-peer.ts';

afterEach(closeClients);
afterEach(closePeers);

const { signal } = new AbortController();
const STUDY = { studyInstanceUid: '1.2', seriesInstanceUid: null, sopInstanceUid: null };
const SERIES = { ...STUDY, seriesInstanceUid: '1.2.3' };
const INSTANCE = { ...SERIES, sopInstanceUid: '1.2.3.4' };
const ALL: SearchQuery = { level: 'instances', within: STUDY, limit: 5000, offset: 0 };

const search = (peer: HttpPeer, query: SearchQuery = ALL): Promise<readonly FoundAttributes[]> =>
  makeDicomwebSearch({ http: makeTestHttp(), root: `${peer.origin}/dicomWeb` }).search(query, signal);

/** Path and parameters of the only request. */
async function requestFor(query: SearchQuery): Promise<{ path: string | undefined; parameters: unknown }> {
  const peer = await startPeer(answer(204));
  await search(peer, query);
  const [path, parameters] = peer.requests[0]?.url.split('?') ?? [];
  return { path, parameters: Object.fromEntries(new URLSearchParams(parameters)) };
}

const foundIn = async (rows: unknown, include: readonly Tag[] = []): Promise<readonly FoundAttributes[]> =>
  search(await startPeer(answer(200, {}, JSON.stringify(rows))), { ...ALL, include });

describe('the request of a search', () => {
  it('asks for a page as DICOM JSON', async () => {
    const peer = await startPeer(answer(204));
    await search(peer, { ...ALL, limit: 70, offset: 140 });
    expect(peer.requests[0]).toMatchObject({
      method: 'GET',
      url: '/dicomWeb/studies/1.2/instances?includefield=0020000D%2C0020000E%2C00080018&limit=70&offset=140',
      headers: { accept: 'application/dicom+json' },
    });
  });

  it.each([
    ['studies', null, '/studies', {}],
    ['series', null, '/series', {}],
    ['instances', null, '/instances', {}],
    ['studies', STUDY, '/studies', { '0020000D': '1.2' }],
    ['series', STUDY, '/studies/1.2/series', {}],
    ['instances', STUDY, '/studies/1.2/instances', {}],
    ['studies', SERIES, '/studies', { '0020000D': '1.2' }],
    ['series', SERIES, '/studies/1.2/series', { '0020000E': '1.2.3' }],
    ['instances', SERIES, '/studies/1.2/series/1.2.3/instances', {}],
    ['series', INSTANCE, '/studies/1.2/series', { '0020000E': '1.2.3' }],
    ['instances', INSTANCE, '/studies/1.2/series/1.2.3/instances', { '00080018': '1.2.3.4' }],
  ] as const)('for %s within %j goes to %s', async (level, within, path, filter) => {
    const request = await requestFor({ level, within, limit: 1, offset: 0 });
    expect(request.path).toBe(`/dicomWeb${path}`);
    expect(request.parameters).toMatchObject(filter);
    expect(Object.keys(request.parameters as object).sort()).toEqual(
      [...Object.keys(filter), 'includefield', 'limit', 'offset'].sort(),
    );
  });

  it('always asks for the UIDs of every level down to its own, and for each attribute once', async () => {
    const include = async (level: SearchQuery['level'], tags: readonly string[]): Promise<unknown> =>
      (await requestFor({ level, within: null, include: tags, limit: 1, offset: 0 })).parameters;
    expect(await include('studies', ['00080020'])).toMatchObject({ includefield: '0020000D,00080020' });
    expect(await include('series', [])).toMatchObject({ includefield: '0020000D,0020000E' });
    expect(await include('instances', ['0020000D', '00080060'])).toMatchObject({
      includefield: '0020000D,0020000E,00080018,00080060',
    });
  });

  it('carries the attributes that have to match', async () => {
    const filter = { '00080020': '20200101-20201231', '00100010': 'Müller^A&B' };
    const { parameters } = await requestFor({ level: 'studies', within: null, filter, limit: 1, offset: 0 });
    expect(parameters).toMatchObject(filter);
  });
});

describe('the answer to a search', () => {
  it('gives values as texts, and leaves out what has none', async () => {
    const row = {
      '0020000D': { vr: 'UI', Value: ['1.2'] },
      '00080061': { vr: 'CS', Value: ['CT', 'SR'] },
      '00201208': { vr: 'IS', Value: [12] },
      '00101030': { vr: 'DS', Value: ['70.5', 71.25] },
      '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Yamada^Tarou', Ideographic: '山田^太郎' }] },
      '00081030': { vr: 'LO' },
      '00080050': { vr: 'SH', Value: [] },
      '00080090': { vr: 'PN', Value: [{ Ideographic: '山田' }] },
      '00080020': { vr: 'DA', Value: [null, ''] },
      '00080030': { vr: 'TM', Value: [null, '1200'] },
      '00081110': { vr: 'SQ', Value: [{ '00081155': { vr: 'UI', Value: ['1.2'] } }] },
      '7fe00010': { vr: 'OW', InlineBinary: 'AA==' },
      '0040a0b0': { vr: 'US', Value: [0] },
    };
    const include = Object.keys(row).map((tag) => tag.toUpperCase());
    await expect(foundIn([row], include)).resolves.toEqual([
      {
        '0020000D': ['1.2'],
        '00080061': ['CT', 'SR'],
        '00201208': ['12'],
        '00101030': ['70.5', '71.25'],
        '00100010': ['Yamada^Tarou'],
        '00080030': ['1200'],
        '0040A0B0': ['0'],
      },
    ]);
  });

  it('has more than was asked for, which is left out', async () => {
    const row = {
      '0020000D': { vr: 'UI', Value: ['1.2'] },
      '0020000E': { vr: 'UI', Value: ['1.2.3'] },
      '00080018': { vr: 'UI', Value: ['1.2.3.4'] },
      '00080050': { vr: 'SH', Value: ['4711'] },
      '00080060': { vr: 'CS', Value: ['CT'] },
    };
    await expect(foundIn([row], ['00080060'])).resolves.toEqual([
      { '0020000D': ['1.2'], '0020000E': ['1.2.3'], '00080018': ['1.2.3.4'], '00080060': ['CT'] },
    ]);
  });

  it('may be as long as five thousand matches are', async () => {
    const row = {
      '0020000D': { vr: 'UI', Value: ['1'.repeat(64)] },
      '00081030': { vr: 'LO', Value: ['x'.repeat(1100)] },
    };
    await expect(foundIn(Array.from({ length: 5000 }, () => row))).resolves.toHaveLength(5000);
  });

  it.each([
    [204, ''],
    [200, '[]'],
  ])('finds nothing when it is %i with %j', async (status, text) => {
    await expect(search(await startPeer(answer(status, {}, text)))).resolves.toEqual([]);
  });

  it.each([
    '',
    '{}',
    'null',
    '<html>',
    '[1]',
    '[[]]',
    '[{"error":{"code":503}}]',
    '[null]',
    '[{"0020000D":"1.2"}]',
    '[{"0020000D":{"Value":"1.2"}}]',
    '[{"0020000D":{"Value":["1.2"]}},{"00080050":null}]',
    '[{',
  ])('is not believed when it is 200 with %j', async (text) => {
    const peer = await startPeer(answer(200, {}, text));
    await expect(failureOf(search(peer))).resolves.toMatchObject({
      code: 'malformed-answer',
      details: { call: 'search' },
    });
  });

  it.each([
    [400, 'request-refused'],
    [401, 'unauthenticated'],
    [403, 'permission-denied'],
    [429, 'throttled'],
    [503, 'unavailable'],
  ])('is a failure when it is %i', async (status, code) => {
    const peer = await startPeer(answer(status, { 'retry-after': '3' }));
    await expect(failureOf(search(peer))).resolves.toMatchObject({ code, retryAfterMs: 3000 });
  });
});

describe('a search below a study that is answered 404', () => {
  it.each([
    ['204', answer(204)],
    ['an empty list', answer(200, {}, '[]')],
    ['a list', answer(200, {}, '[{"0020000D":{"vr":"UI","Value":["9.9"]}}]')],
  ])('has found nothing when the store itself answers %s', async (_what, storeAnswer) => {
    const peer = await startPeer(answer(404, {}, '{"error":{"code":404}}'), storeAnswer);
    await expect(search(peer)).resolves.toEqual([]);
    expect(peer.requests[1]?.url).toBe('/dicomWeb/studies?limit=1');
  });

  it.each<[string, Reaction, string]>([
    ['404', answer(404), 'not-found'],
    ['403', answer(403), 'permission-denied'],
    ['503', answer(503), 'unavailable'],
    ['a page', answer(200, {}, '<html>'), 'malformed-answer'],
  ])('has failed when the store itself answers %s', async (_what, storeAnswer, code) => {
    const peer = await startPeer(answer(404), storeAnswer);
    await expect(failureOf(search(peer))).resolves.toMatchObject({ code });
  });

  it('has not reached the store when the 404 is a page', async () => {
    const peer = await startPeer(answer(404, {}, '<!DOCTYPE html>'));
    await expect(failureOf(search(peer))).resolves.toMatchObject({ code: 'malformed-answer' });
  });

  it('is a failure of the store when it was no search below a study', async () => {
    const peer = await startPeer(answer(404));
    await expect(failureOf(search(peer, { ...ALL, within: null }))).resolves.toMatchObject({
      code: 'not-found',
    });
    expect(peer.requests).toHaveLength(1);
  });
});
