import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeDicom, TRANSFER_SYNTAX, tripleOf } from '../../../test/support/synthetic-dicom.ts';
import { startFixture, store, type Fixture } from './fixture.ts';

const FILE = makeDicom();
const JPEG = makeDicom({ seed: 'jpeg', transferSyntax: TRANSFER_SYNTAX.jpegBaseline });
const pathOf = (seed?: string) => {
  const { study, series, instance } = tripleOf(seed === undefined ? {} : { seed });
  return `/studies/${study}/series/${series}/instances/${instance}`;
};
const SINGLE = 'application/dicom';
const MULTIPART = 'multipart/related';

describe('retrieving from the healthcare stand-in', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
    await store(fixture, FILE);
    await store(fixture, JPEG);
  });
  afterAll(() => fixture.close());

  it.each([
    [undefined, MULTIPART],
    ['*/*', MULTIPART],
    ['multipart/related', MULTIPART],
    ['multipart/related; type=application/dicom; transfer-syntax=*', MULTIPART],
    ['MULTIPART/related; Type="application/dicom"; Transfer-Syntax="*"', MULTIPART],
    ['application/dicom', SINGLE],
    ['application/*', SINGLE],
    ['application/dicom; transfer-syntax=*', SINGLE],
    ['application/dicom; transfer-syntax=1.2.840.10008.1.2.1', SINGLE],
    ['text/html, application/dicom; transfer-syntax=*', SINGLE],
    ['multipart/related; type="application/dicom"; q=0.1, application/dicom; q=0.9', SINGLE],
    ['multipart/related; type="application/dicom"; q=0.9, application/dicom; q=0.1', MULTIPART],
    ['multipart/related; q=0, application/dicom', SINGLE],
  ])('an instance with Accept %s gives %s', async (accept, type) => {
    const answer = await fixture.send('GET', pathOf(), accept === undefined ? {} : { accept });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')?.split(';')[0]).toBe(type);
    expect(answer.body.includes(FILE)).toBe(true);
    if (type === SINGLE) expect(answer.headers.get('content-length')).toBe(String(FILE.length));
  });

  it.each([
    ['a picture', pathOf(), 'image/jpeg', 406],
    ['frames', pathOf(), 'multipart/related; type="application/octet-stream"; transfer-syntax=*', 406],
    [
      'the transfer syntax within the type',
      pathOf(),
      'multipart/related; type="application/dicom; transfer-syntax=*"',
      406,
    ],
    ['an unknown transfer syntax', pathOf(), 'application/dicom; transfer-syntax=1.2.3', 406],
    [
      'a series as a single part',
      pathOf().replace(/\/instances.*/, ''),
      'application/dicom; transfer-syntax=*',
      406,
    ],
    ['a transfer syntax that is not the stored one', pathOf('jpeg'), 'application/dicom', 400],
    ['the default transfer syntax of what is stored in another', pathOf('jpeg'), '*/*', 400],
  ])('refuses %s in plain text', async (_, path, accept, status) => {
    const answer = await fixture.send('GET', path, { accept });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      status,
      'text/plain; charset=utf-8',
    ]);
    if (status === 406) expect(answer.text()).toContain(`no supported media type found in [${accept}]`);
  });

  it('gives a compressed instance when its own transfer syntax is asked for', async () => {
    const accept = `application/dicom; transfer-syntax=${TRANSFER_SYNTAX.jpegBaseline}`;
    const answer = await fixture.send('GET', pathOf('jpeg'), { accept });
    expect(answer.body).toEqual(JPEG);
  });

  it.each([
    ['a rendered instance', 'GET', `${pathOf()}/rendered`, 501],
    ['frames', 'GET', `${pathOf()}/frames/1`, 501],
    ['bulk data', 'GET', `${pathOf()}/bulkdata/7FE00010`, 501],
    ['metrics', 'GET', `/studies/${tripleOf({}).study}:getStudyMetrics`, 501],
    ['the deletion of a list', 'DELETE', '/studies', 501],
    ['the deletion of metadata', 'DELETE', `${pathOf()}/metadata`, 501],
    ['storing into a series', 'POST', pathOf().replace(/\/instances.*/, ''), 501],
    ['a path that DICOMweb does not have', 'GET', '/patients', 404],
    ['a path with an empty part', 'GET', '/studies//series', 404],
  ])('answers %s without pretending', async (_, method, path, status) => {
    const answer = await fixture.send(method, path);
    expect(answer.status).toBe(status);
    expect(answer.json()).toMatchObject({ error: { code: status } });
  });

  it('serves no metadata in XML, and says that it should', async () => {
    const accept = 'multipart/related; type="application/dicom+xml"';
    expect((await fixture.send('GET', `${pathOf()}/metadata`, { accept })).status).toBe(501);
    expect((await fixture.send('GET', `${pathOf()}/metadata`, { accept: 'text/html' })).status).toBe(406);
  });

  it('answers what is missing as told', async () => {
    const store404 = '/v1/projects/p/locations/l/datasets/d/dicomStores/none/dicomWeb/studies';
    const statuses = async () => [
      (await fixture.send('GET', `${pathOf()}.1`)).status,
      (await fixture.send('GET', `${pathOf()}.1/metadata`)).status,
      (await fixture.send('GET', store404)).status,
      (await fixture.send('GET', store404.replace('datasets/d', 'datasets/none'))).status,
    ];
    expect(await statuses()).toEqual([404, 404, 404, 403]);
    await fixture.restart({ missingResourceStatus: 403, missingStoreStatus: 403, jsonErrors: 'array' });
    expect(await statuses()).toEqual([403, 403, 403, 403]);
    expect((await fixture.send('GET', `${pathOf()}.1`)).json()).toMatchObject([{ error: { code: 403 } }]);
    await fixture.restart({});
  });
});
