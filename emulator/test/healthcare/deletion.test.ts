import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeDicom, tripleOf, uid } from '../../../test/support/synthetic-dicom.ts';
import { FakeClock } from '../pubsub/fake-clock.ts';
import {
  deleteByOperation,
  ended,
  eventually,
  instanceOf,
  instancePath,
  listed,
  operation,
  release,
  seriesOf,
  seriesPath,
  storeSeries,
  STUDY,
} from './deletion-fixture.ts';
import {
  AUTHORIZATION,
  MULTIPART,
  startFixture,
  store,
  STORE_PATH,
  toMultipart,
  type Fixture,
} from './fixture.ts';

const STORED_BYTES = { accept: 'application/dicom; transfer-syntax=*' };
const DATASET = '/v1/projects/p/locations/l/datasets/d';

let fixture: Fixture;
let clock: FakeClock;
beforeEach(async () => {
  clock = new FakeClock();
  fixture = await startFixture({ operationLengthMs: 1000 }, clock);
});
afterEach(() => fixture.close());

const statusOf = async (method: string, path: string): Promise<number> =>
  (await fixture.send(method, path, STORED_BYTES)).status;

describe('the deletion of an instance', () => {
  it('is answered with an empty object when it is done, for good', async () => {
    await storeSeries(fixture, 'a', 2);
    const answer = await fixture.send('DELETE', instancePath('a', 0));
    expect([answer.status, answer.json()]).toEqual([200, {}]);
    const state = async () => [
      await statusOf('GET', instancePath('a', 0)),
      await statusOf('GET', instancePath('a', 1)),
      await listed(fixture, '/instances'),
    ];
    expect(await state()).toEqual([404, 200, 1]);
    await fixture.restart();
    expect(await state()).toEqual([404, 200, 1]);
  });

  it('takes series and study with it when it was their last', async () => {
    await storeSeries(fixture, 'a', 1);
    await fixture.send('DELETE', instancePath('a', 0));
    expect(await listed(fixture, '/series')).toBe(0);
    expect(await listed(fixture, '/studies')).toBe(0);
  });

  it('leaves the instance of the same SOP Instance UID in another series', async () => {
    const instance = uid('twin');
    for (const name of ['a', 'b'])
      await store(fixture, makeDicom({ study: STUDY, series: seriesOf(name), instance }));
    await fixture.send('DELETE', `${seriesPath('a')}/instances/${instance}`);
    expect(await statusOf('GET', `${seriesPath('a')}/instances/${instance}`)).toBe(404);
    expect(await statusOf('GET', `${seriesPath('b')}/instances/${instance}`)).toBe(200);
  });

  it('makes room for other bytes of its identity', async () => {
    await store(fixture, makeDicom());
    const changed = makeDicom({ patientName: 'Changed' });
    expect((await store(fixture, changed)).status).toBe(409);
    const { study, series, instance } = tripleOf({});
    const path = `/studies/${study}/series/${series}/instances/${instance}`;
    await fixture.send('DELETE', path);
    expect((await store(fixture, changed)).status).toBe(200);
    expect((await fixture.send('GET', path, STORED_BYTES)).body).toEqual(changed);
  });

  it('succeeds for one of several at the same time', async () => {
    await storeSeries(fixture, 'a', 1);
    const statuses = await Promise.all([1, 2, 3].map(() => statusOf('DELETE', instancePath('a', 0))));
    expect(statuses.toSorted()).toEqual([200, 404, 404]);
  });
});

const largeInstance = (number: number): Buffer =>
  makeDicom({
    study: STUDY,
    series: seriesOf('large'),
    instance: uid('large', number),
    pixelBytes: 16 * 1024 * 1024,
  });

describe('the deletion of a series', () => {
  it('is answered with nothing but the name of an operation of the dataset', async () => {
    await storeSeries(fixture, 'a', 1);
    const answer = await fixture.send('DELETE', seriesPath('a'));
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({
      name: expect.stringMatching(/^projects\/p\/locations\/l\/datasets\/d\/operations\/\d+$/),
    });
  });

  it('goes on little by little over the length of its operation, and leaves other series alone', async () => {
    await storeSeries(fixture, 'a', 4);
    await storeSeries(fixture, 'b', 1);
    const name = await deleteByOperation(fixture, seriesPath('a'));
    expect(await listed(fixture, `${seriesPath('a')}/instances`)).toBe(4);
    clock.advance(500);
    await eventually(
      () => listed(fixture, `${seriesPath('a')}/instances`),
      (count) => count === 2,
    );
    expect(await operation(fixture, name)).not.toHaveProperty('done');
    clock.advance(499);
    await eventually(
      () => listed(fixture, `${seriesPath('a')}/instances`),
      (count) => count === 1,
    );
    clock.advance(1);
    await ended(fixture, name);
    expect(await listed(fixture, '/instances')).toBe(1);
    expect(await statusOf('GET', instancePath('b', 0))).toBe(200);
  });

  it('is over with its answer when its operation takes no time', async () => {
    await fixture.set({ operationLengthMs: 0 });
    await storeSeries(fixture, 'a', 3);
    const name = await deleteByOperation(fixture, seriesPath('a'));
    expect(await operation(fixture, name)).toMatchObject({ done: true });
    expect(await listed(fixture, '/instances')).toBe(0);
  });

  it('does half of its work and waits, until it is released', async () => {
    await fixture.set({ operationLengthMs: 'held' });
    await storeSeries(fixture, 'a', 5);
    const name = await deleteByOperation(fixture, seriesPath('a'));
    await eventually(
      () => listed(fixture, '/instances'),
      (count) => count === 3,
    );
    clock.advance(1_000_000_000);
    expect(await operation(fixture, name)).not.toHaveProperty('done');
    expect((await release(fixture, { name: 'another' })).json()).toEqual({ released: [] });
    expect((await release(fixture)).json()).toEqual({ released: [name] });
    expect(await operation(fixture, name)).toMatchObject({ done: true });
    expect(await listed(fixture, '/instances')).toBe(0);
  });

  it('leaves out of an answer on its way what has not been sent yet', async () => {
    await fixture.set({ operationLengthMs: 0 });
    const files = [1, 2].map((number) => largeInstance(number));
    for (const file of files) await store(fixture, file);
    const accept = 'multipart/related; type="application/dicom"; transfer-syntax=*';
    const headers = { ...AUTHORIZATION, accept };
    const response = await fetch(`${fixture.url}${STORE_PATH}/dicomWeb${seriesPath('large')}`, { headers });
    // The first file is open by now, and more of it is to come than connections hold.
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const blocks = [(await reader.read()).value ?? new Uint8Array()];
    await deleteByOperation(fixture, seriesPath('large'));
    for (let next = await reader.read(); !next.done; next = await reader.read()) blocks.push(next.value);
    const whole = Buffer.concat(blocks);
    expect(files.map((file) => whole.includes(file)).toSorted()).toEqual([false, true]);
    expect(whole.subarray(-4).toString()).toBe('--\r\n');
    expect(whole.length).toBeLessThan((files[0]?.length ?? 0) + 1000);
  });

  it('removes the files', async () => {
    await fixture.set({ operationLengthMs: 0 });
    await storeSeries(fixture, 'a', 3);
    await deleteByOperation(fixture, `/studies/${STUDY}`);
    await fixture.restart();
    expect(await listed(fixture, '/instances')).toBe(0);
    expect(await fixture.files()).toEqual([]);
  });
});

describe('a store into what is being deleted', () => {
  beforeEach(async () => {
    await fixture.set({ operationLengthMs: 'held' });
    await storeSeries(fixture, 'a', 2);
    await storeSeries(fixture, 'b', 1);
  });

  it.each([
    ['a new instance of the series', () => instanceOf('a', 7), 409],
    ['an instance that is still there', () => instanceOf('a', 0), 409],
    ['an instance of another series of the study', () => instanceOf('b', 7), 200],
    ['an instance of the same series UID in another study', () => makeDicom({ series: seriesOf('a') }), 200],
  ])('gets its own answer for %s', async (_, file, status) => {
    await deleteByOperation(fixture, seriesPath('a'));
    expect((await store(fixture, file())).status).toBe(status);
  });

  it('fails for every series of a dying study, new ones too', async () => {
    await deleteByOperation(fixture, `/studies/${STUDY}`);
    for (const name of ['a', 'b', 'new'])
      expect((await store(fixture, instanceOf(name, 8))).status).toBe(409);
  });

  it('fails with a detail that does not say that anything exists', async () => {
    await deleteByOperation(fixture, seriesPath('a'));
    const accept = 'application/dicom+json';
    const body = toMultipart([instanceOf('a', 7), instanceOf('b', 7)]);
    const answer = await fixture.send('POST', '/studies', { ...MULTIPART, accept }, body);
    expect(answer.status).toBe(409);
    expect(answer.json()).toMatchObject({
      '00081198': {
        Value: [
          {
            '00081197': { Value: [272] },
            '00091097': { Value: [expect.stringMatching(/being deleted/)] },
            '00081155': { Value: [uid('deletions', 'a', 7)] },
          },
        ],
      },
      '00081199': { Value: [{ '00081155': { Value: [uid('deletions', 'b', 7)] } }] },
    });
    expect(answer.text()).not.toMatch(/exist/i);
  });

  it('succeeds again as soon as the operation has ended', async () => {
    await deleteByOperation(fixture, seriesPath('a'));
    await release(fixture);
    expect((await store(fixture, instanceOf('a', 0))).status).toBe(200);
    expect(await statusOf('GET', instancePath('a', 0))).toBe(200);
  });

  it('is refused until the last of two operations has ended', async () => {
    const first = await deleteByOperation(fixture, seriesPath('a'));
    await deleteByOperation(fixture, `/studies/${STUDY}`);
    await release(fixture, { name: first });
    expect((await store(fixture, instanceOf('a', 0))).status).toBe(409);
    await release(fixture);
    expect((await store(fixture, instanceOf('a', 0))).status).toBe(200);
  });

  it('loses nothing that it was told was stored, whichever comes first', async () => {
    await fixture.set({ operationLengthMs: 0 });
    const stores = Array.from({ length: 20 }, (_, number) => store(fixture, instanceOf('race', number)));
    await stores[0];
    const deleting = deleteByOperation(fixture, seriesPath('race'));
    const answers = await Promise.all(stores);
    const { metadata } = await ended(fixture, await deleting);
    const left = await listed(fixture, `${seriesPath('race')}/instances`);
    const deleted = Number((metadata['counter'] as { success: string }).success);
    expect(left + deleted).toBe(answers.filter(({ status }) => status === 200).length);
  });
});

describe('an operation whose surroundings go', () => {
  beforeEach(async () => {
    await fixture.set({ operationLengthMs: 'held' });
    await storeSeries(fixture, 'a', 4);
  });

  it('ends with the store, and has nothing to do with a later one of its name', async () => {
    const name = await deleteByOperation(fixture, seriesPath('a'));
    expect(await statusOf('DELETE', STORE_PATH)).toBe(200);
    expect(await operation(fixture, name)).toMatchObject({ done: true });
    await fixture.send('POST', `${DATASET}/dicomStores?dicomStoreId=s`);
    expect((await store(fixture, instanceOf('a', 0))).status).toBe(200);
  });

  it('goes with the dataset', async () => {
    const name = await deleteByOperation(fixture, seriesPath('a'));
    expect(await statusOf('DELETE', DATASET)).toBe(200);
    await fixture.send('POST', '/v1/projects/p/locations/l/datasets?datasetId=d');
    expect(await statusOf('GET', `/v1/${name}`)).toBe(404);
    expect(clock.waiting).toBe(0);
  });
});
