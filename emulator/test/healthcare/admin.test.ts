import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeDicom } from '../../../test/support/synthetic-dicom.ts';
import { sendTo, startFixture, store, STORE_PATH, type Fixture } from './fixture.ts';

const DATASETS = '/v1/projects/p/locations/l/datasets';

describe('administration of the healthcare stand-in', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
  });
  afterAll(() => fixture.close());

  it('refuses a request without a token', async () => {
    const answer = await sendTo(`${fixture.url}${DATASETS}/d`, 'GET', {});
    expect(answer.status).toBe(401);
    expect(answer.json()).toMatchObject({ error: { code: 401, status: 'UNAUTHENTICATED' } });
  });

  it('makes a dataset and answers a finished operation', async () => {
    const answer = await fixture.send('POST', `${DATASETS}?datasetId=made`, {}, '{"timeZone":"UTC"}');
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({
      name: expect.stringMatching(/^projects\/p\/locations\/l\/datasets\/made\/operations\/\d+$/),
      metadata: { apiMethodName: 'google.cloud.healthcare.v1.dataset.DatasetService.CreateDataset' },
      done: true,
      response: { name: 'projects/p/locations/l/datasets/made', timeZone: 'UTC' },
    });
    expect((await fixture.send('GET', `${DATASETS}/made`)).json()).toEqual({
      name: 'projects/p/locations/l/datasets/made',
      timeZone: 'UTC',
    });
  });

  it('makes only one of two datasets and stores of one name', async () => {
    const again = [`${DATASETS}?datasetId=twin`, `${DATASETS}?datasetId=twin`];
    const statuses = await Promise.all(again.map(async (path) => (await fixture.send('POST', path)).status));
    expect(statuses.sort()).toEqual([200, 409]);
    expect((await fixture.send('POST', `${DATASETS}/d/dicomStores?dicomStoreId=s`)).status).toBe(409);
  });

  it.each([
    ['a dataset that is missing', 'GET', `${DATASETS}/none`, 403],
    ['stores of a dataset that is missing', 'GET', `${DATASETS}/none/dicomStores`, 403],
    ['a store that is missing', 'GET', `${DATASETS}/d/dicomStores/none`, 404],
    ['the deletion of a store that is missing', 'DELETE', `${DATASETS}/d/dicomStores/none`, 404],
    ['a dataset without an id', 'POST', DATASETS, 400],
    ['a dataset whose id would be a path', 'POST', `${DATASETS}?datasetId=..`, 400],
    ['a store whose id would be a path', 'POST', `${DATASETS}/d/dicomStores?dicomStoreId=a%2Fb`, 400],
    ['an update without a mask', 'PATCH', STORE_PATH, 400],
    ['a page size that is none', 'GET', `${DATASETS}?pageSize=x`, 400],
    ['a path that the API does not have', 'GET', '/v1/other', 404],
    ['an operation that is missing', 'GET', `${DATASETS}/d/operations/1`, 404],
    ['an operation of a dataset that is missing', 'GET', `${DATASETS}/none/operations/1`, 403],
    ['the cancelling of an operation that is missing', 'POST', `${DATASETS}/d/operations/1:cancel`, 404],
    ['another method of an operation', 'POST', `${DATASETS}/d/operations/1:wait`, 501],
    ['a path below an operation', 'GET', `${DATASETS}/d/operations/1/2`, 404],
    ['a filter, which operations do not have', 'GET', `${DATASETS}/d/operations?filter=done`, 501],
    ['an export', 'POST', `${STORE_PATH}:export`, 501],
    ['another kind of store', 'GET', `${DATASETS}/d/fhirStores`, 501],
    ['a method that no resource has', 'PUT', STORE_PATH, 501],
  ])('answers %s in the form of Google', async (_, method, path, status) => {
    const answer = await fixture.send(method, path);
    expect(answer.status).toBe(status);
    expect(answer.json()).toMatchObject({ error: { code: status, message: expect.any(String) } });
  });

  it('refuses notifications, which it would never send', async () => {
    const body = JSON.stringify({ notificationConfigs: [{ pubsubTopic: 'projects/p/topics/t' }] });
    const answer = await fixture.send('POST', `${DATASETS}/d/dicomStores?dicomStoreId=n`, {}, body);
    expect(answer.status).toBe(501);
  });

  it('lists stores page by page', async () => {
    for (const id of ['l1', 'l2', 'l3']) {
      await fixture.send('POST', `${DATASETS}/d/dicomStores?dicomStoreId=${id}`, {}, '{"labels":{"a":"b"}}');
    }
    const names: string[] = [];
    let token = '';
    do {
      const answer = await fixture.send('GET', `${DATASETS}/d/dicomStores?pageSize=2&pageToken=${token}`);
      const page = answer.json() as { dicomStores: { name: string }[]; nextPageToken?: string };
      names.push(...page.dicomStores.map(({ name }) => name.split('/').at(-1) ?? ''));
      token = page.nextPageToken ?? '';
    } while (token !== '');
    expect(names).toEqual(['l1', 'l2', 'l3', 's']);
  });

  it('updates the labels of a store, for good', async () => {
    await fixture.send('PATCH', `${STORE_PATH}?updateMask=labels`, {}, '{"labels":{"stage":"test"}}');
    await fixture.restart();
    expect((await fixture.send('GET', STORE_PATH)).json()).toMatchObject({ labels: { stage: 'test' } });
  });

  it('deletes a store with all its instances, for good', async () => {
    await store(fixture, makeDicom());
    expect((await fixture.send('DELETE', STORE_PATH)).json()).toEqual({});
    await fixture.restart();
    expect((await fixture.send('GET', STORE_PATH)).status).toBe(404);
    await fixture.send('POST', `${DATASETS}/d/dicomStores?dicomStoreId=s`);
    expect((await fixture.send('GET', '/instances')).status).toBe(204);
  });
});
