import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { tripleOf } from '../../../test/support/synthetic-dicom.ts';
import { FakeClock } from '../pubsub/fake-clock.ts';
import {
  deleteByOperation,
  ended,
  eventually,
  instanceOf,
  listed,
  operation,
  OPERATIONS,
  release,
  seriesOf,
  seriesPath,
  storeSeries,
  STUDY,
  type Operation,
} from './deletion-fixture.ts';
import { startFixture, store, type Fixture } from './fixture.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let fixture: Fixture;
let clock: FakeClock;
beforeEach(async () => {
  clock = new FakeClock(Date.parse('2030-01-01T00:00:00Z'));
  fixture = await startFixture({ operationLengthMs: 1000 }, clock);
  await storeSeries(fixture, 'a', 4);
});
afterEach(() => fixture.close());

const namesOfList = async (query = ''): Promise<string[]> =>
  ((await fixture.send('GET', `${OPERATIONS}${query}`)).json() as { operations: Operation[] }).operations.map(
    ({ name }) => name,
  );

describe('an operation', () => {
  it('is without done and counter while nothing has been done', async () => {
    const name = await deleteByOperation(fixture, seriesPath('a'));
    expect(await operation(fixture, name)).toEqual({
      name,
      metadata: {
        '@type': 'type.googleapis.com/google.cloud.healthcare.v1.OperationMetadata',
        apiMethodName: 'google.cloud.healthcare.v1.dicomweb.DicomWebService.DeleteSeries',
        createTime: '2030-01-01T00:00:00.000Z',
        logsUrl: expect.stringMatching(/^https:/),
      },
    });
  });

  it('counts instances in texts, and leaves zeros out', async () => {
    const name = await deleteByOperation(fixture, seriesPath('a'));
    clock.advance(250);
    const { metadata } = await eventually(
      () => operation(fixture, name),
      (seen) => 'counter' in seen.metadata,
    );
    expect(metadata['counter']).toEqual({ success: '1', pending: '3' });
  });

  it('ends with an empty response and a time', async () => {
    const name = await deleteByOperation(fixture, `/studies/${STUDY}`);
    clock.advance(1000);
    expect(await ended(fixture, name)).toEqual({
      name,
      metadata: expect.objectContaining({
        apiMethodName: 'google.cloud.healthcare.v1.dicomweb.DicomWebService.DeleteStudy',
        createTime: '2030-01-01T00:00:00.000Z',
        endTime: '2030-01-01T00:00:01.000Z',
        counter: { success: '4' },
      }),
      done: true,
      response: { '@type': 'type.googleapis.com/google.protobuf.Empty' },
    });
  });

  it('tells nobody what it deletes', async () => {
    const name = await deleteByOperation(fixture, seriesPath('a'));
    clock.advance(1000);
    await ended(fixture, name);
    const shown =
      (await fixture.send('GET', `/v1/${name}`)).text() + (await fixture.send('GET', OPERATIONS)).text();
    for (const secret of [STUDY, seriesOf('a'), '/dicomStores/s']) expect(shown).not.toContain(secret);
  });

  it('is still known after a restart when it has ended', async () => {
    const name = await deleteByOperation(fixture, seriesPath('a'));
    clock.advance(1000);
    const before = await ended(fixture, name);
    await fixture.restart();
    expect(await operation(fixture, name)).toEqual(before);
  });

  it('goes on after a restart where it was, with stores still refused', async () => {
    const name = await deleteByOperation(fixture, seriesPath('a'));
    clock.advance(500);
    await eventually(
      () => listed(fixture, '/instances'),
      (count) => count === 2,
    );
    await fixture.restart();
    expect((await operation(fixture, name)).metadata['counter']).toEqual({ success: '2', pending: '2' });
    expect((await store(fixture, instanceOf('a', 9))).status).toBe(409);
    clock.advance(500);
    expect((await ended(fixture, name)).metadata['counter']).toEqual({ success: '4' });
    expect((await store(fixture, instanceOf('a', 9))).status).toBe(200);
  });

  it('ends at a start that comes after its time', async () => {
    const name = await deleteByOperation(fixture, seriesPath('a'));
    await fixture.restart();
    clock.advance(5000);
    await fixture.restart();
    await ended(fixture, name);
    expect(await listed(fixture, '/instances')).toBe(0);
  });

  it('leaves no timer behind when the stand-in is closed', async () => {
    await deleteByOperation(fixture, seriesPath('a'));
    expect(clock.waiting).toBe(1);
    await fixture.restart();
    expect(clock.waiting).toBe(1);
  });

  it('is forgotten a month after its end, and not before', async () => {
    const name = await deleteByOperation(fixture, seriesPath('a'));
    clock.advance(1000);
    await ended(fixture, name);
    clock.advance(30 * DAY_MS);
    expect(await operation(fixture, name)).toMatchObject({ done: true });
    clock.advance(1);
    expect((await fixture.send('GET', `/v1/${name}`)).status).toBe(404);
    await fixture.restart({ operationRecordsMs: 365 * DAY_MS });
    expect(await namesOfList()).toEqual([]);
  });

  it('is not forgotten while it runs', async () => {
    await fixture.set({ operationLengthMs: 'held' });
    const name = await deleteByOperation(fixture, seriesPath('a'));
    clock.advance(365 * DAY_MS);
    expect(await operation(fixture, name)).toMatchObject({ name });
  });
});

describe('the list of operations', () => {
  it('has every operation of the dataset once, page by page', async () => {
    const names: string[] = [];
    for (const name of ['b', 'c', 'd', 'e']) {
      await storeSeries(fixture, name, 1);
      names.push(await deleteByOperation(fixture, seriesPath(name)));
    }
    const found: string[] = [];
    let token: string | undefined = '';
    while (token !== undefined) {
      const page = (await fixture.send('GET', `${OPERATIONS}?pageSize=2&pageToken=${token}`)).json() as {
        operations: Operation[];
        nextPageToken?: string;
      };
      expect(page.operations.length).toBeLessThanOrEqual(2);
      found.push(...page.operations.map(({ name }) => name));
      token = page.nextPageToken;
    }
    const [creation, ...others] = found.filter((name) => !names.includes(name));
    expect(others).toEqual([]);
    expect(found.toSorted()).toEqual([creation, ...names].toSorted());
    expect((await operation(fixture, creation ?? '')).metadata['apiMethodName']).toMatch(/CreateDataset$/);
  });

  it('shows running operations as they are shown alone', async () => {
    const name = await deleteByOperation(fixture, seriesPath('a'));
    const list = (await fixture.send('GET', OPERATIONS)).json();
    expect(list).toMatchObject({ operations: expect.arrayContaining([await operation(fixture, name)]) });
  });
});

describe('cancelling an operation', () => {
  const cancel = async (name: string) => fixture.send('POST', `/v1/${name}:cancel`, {}, '{}');

  it('ends it where it is, with code 1', async () => {
    await fixture.set({ operationLengthMs: 'held' });
    const name = await deleteByOperation(fixture, seriesPath('a'));
    await eventually(
      () => listed(fixture, '/instances'),
      (count) => count === 2,
    );
    expect((await cancel(name)).json()).toEqual({});
    expect(await operation(fixture, name)).toMatchObject({
      metadata: { cancelRequested: true, counter: { success: '2', pending: '2' } },
      done: true,
      error: { code: 1 },
    });
    expect(await operation(fixture, name)).not.toHaveProperty('response');
    expect(await listed(fixture, '/instances')).toBe(2);
    expect((await store(fixture, instanceOf('a', 9))).status).toBe(200);
  });

  it('changes nothing when it has ended', async () => {
    await fixture.set({ operationLengthMs: 0 });
    const name = await deleteByOperation(fixture, seriesPath('a'));
    const before = await operation(fixture, name);
    expect((await cancel(name)).status).toBe(200);
    expect(await operation(fixture, name)).toEqual(before);
  });

  it('is only noted when told so', async () => {
    await fixture.set({ operationLengthMs: 'held', cancellation: 'ignored' });
    const name = await deleteByOperation(fixture, seriesPath('a'));
    await cancel(name);
    const seen = await operation(fixture, name);
    expect(seen.metadata['cancelRequested']).toBe(true);
    expect(seen).not.toHaveProperty('done');
    await release(fixture);
    expect(await operation(fixture, name)).toMatchObject({
      metadata: { cancelRequested: true },
      done: true,
      response: {},
    });
  });
});

describe('a deletion of what is not there', () => {
  const missing = tripleOf({ seed: 'missing' });
  it.each([
    ['a study', `/studies/${missing.study}`],
    ['a series', `/studies/${missing.study}/series/${missing.series}`],
    ['a series of a study that is there', `/studies/${STUDY}/series/${missing.series}`],
    ['an instance', `${seriesPath('a')}/instances/${missing.instance}`],
  ])('is 404 for %s, 403 or a success when told so', async (_, path) => {
    const answer = await fixture.send('DELETE', path);
    expect([answer.status, answer.json()]).toMatchObject([404, { error: { status: 'NOT_FOUND' } }]);
    await fixture.set({ missingTargetStatus: 403 });
    expect((await fixture.send('DELETE', path)).status).toBe(403);
    await fixture.set({ missingTargetStatus: 200, operationLengthMs: 0 });
    const success = await fixture.send('DELETE', path);
    const isInstance = path.includes('/instances/');
    expect([success.status, Object.keys(success.json() as object)]).toEqual([
      200,
      isInstance ? [] : ['name'],
    ]);
    expect(await listed(fixture, '/instances')).toBe(4);
  });
});
