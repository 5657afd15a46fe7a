import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../pubsub/fake-clock.ts';
import {
  deleteByOperation,
  instanceOf,
  instancePath,
  listed,
  operation,
  OPERATIONS,
  release,
  seriesPath,
  storeSeries,
  STUDY,
} from './deletion-fixture.ts';
import { startFixture, store, type Fixture } from './fixture.ts';

let fixture: Fixture;
let clock: FakeClock;
beforeEach(async () => {
  clock = new FakeClock();
  fixture = await startFixture({ operationLengthMs: 0 }, clock);
  await storeSeries(fixture, 'a', 4);
});
afterEach(() => fixture.close());

const remaining = (): Promise<number> => listed(fixture, '/instances');

describe('an operation that does not end well', () => {
  it.each([
    ['some failures', { operationOutcome: 'partial' }, { counter: { success: '3', failure: '1' } }, {}, 1],
    [
      'at least one failure',
      { operationOutcome: 'partial', instancesLeft: 0 },
      { counter: { success: '3', failure: '1' } },
      {},
      1,
    ],
    [
      'nothing but failures',
      { operationOutcome: 'partial', instancesLeft: 9 },
      { counter: { failure: '4' } },
      {},
      4,
    ],
    [
      'an error after a part of the work',
      { operationOutcome: 'error', operationErrorCode: 14, instancesLeft: 3 },
      { counter: { success: '1', pending: '3' } },
      { code: 14 },
      3,
    ],
    [
      'an error after all of the work',
      { operationOutcome: 'error', instancesLeft: 0 },
      { counter: { success: '4' } },
      { code: 13 },
      0,
    ],
    [
      'being cancelled by somebody else',
      { operationOutcome: 'cancelled', instancesLeft: 2 },
      { cancelRequested: true, counter: { success: '2', pending: '2' } },
      { code: 1 },
      2,
    ],
  ] as const)('ends with %s', async (_, switches, metadata, error, left) => {
    await fixture.set(switches);
    const seen = await operation(fixture, await deleteByOperation(fixture, seriesPath('a')));
    expect(seen).toMatchObject({ done: true, metadata });
    expect('code' in error ? seen.error : seen.response).toMatchObject(
      'code' in error
        ? { ...error, message: expect.any(String) }
        : { '@type': expect.stringMatching(/Empty$/) },
    );
    expect([seen.error === undefined, seen.response === undefined]).toContain(false);
    expect(await remaining()).toBe(left);
  });

  it('lets its target be stored into, and deleted by another one', async () => {
    await fixture.set({ operationOutcome: 'error', instancesLeft: 2 });
    await deleteByOperation(fixture, seriesPath('a'));
    expect((await store(fixture, instanceOf('a', 9))).status).toBe(200);
    await fixture.set({ operationOutcome: 'success' });
    await deleteByOperation(fixture, seriesPath('a'));
    expect(await remaining()).toBe(0);
  });

  it('goes on the terms of its beginning, whatever is switched later, and after a restart', async () => {
    await fixture.set({ operationOutcome: 'partial', operationLengthMs: 'held', instancesLeft: 3 });
    const name = await deleteByOperation(fixture, seriesPath('a'));
    await fixture.set({ operationOutcome: 'success', operationLengthMs: 0 });
    await fixture.restart();
    expect(await operation(fixture, name)).not.toHaveProperty('done');
    await release(fixture);
    expect((await operation(fixture, name)).metadata['counter']).toEqual({ success: '1', failure: '3' });
    expect(await remaining()).toBe(3);
  });

  it('may say nothing at all of its failures', async () => {
    await fixture.set({ operationOutcome: 'partial', operationCounter: 'absent' });
    const seen = await operation(fixture, await deleteByOperation(fixture, seriesPath('a')));
    expect(seen).toMatchObject({ done: true, response: {} });
    expect(seen.metadata).not.toHaveProperty('counter');
    expect(await remaining()).toBe(1);
  });
});

describe('the answer to a DELETE', () => {
  it.each([
    ['empty', 200, '{}'],
    ['no-content', 204, ''],
  ] as const)(
    'has no operation when it is to be %s, and comes when all is gone',
    async (deletionAnswer, status, body) => {
      await fixture.set({ deletionAnswer, operationLengthMs: 'held' });
      await storeSeries(fixture, 'b', 1);
      const operations = (await fixture.send('GET', OPERATIONS)).text();
      for (const path of [instancePath('a', 0), seriesPath('a'), `/studies/${STUDY}`]) {
        const answer = await fixture.send('DELETE', path);
        expect([answer.status, answer.text()]).toEqual([status, body]);
        expect(await listed(fixture, `/instances?StudyInstanceUID=${STUDY}`)).toBe(
          { [instancePath('a', 0)]: 4, [seriesPath('a')]: 1 }[path] ?? 0,
        );
      }
      expect((await fixture.send('GET', OPERATIONS)).text()).toBe(operations);
      expect((await store(fixture, instanceOf('a', 0))).status).toBe(200);
    },
  );

  it('is lost when told so, though the deletion is carried out', async () => {
    await fixture.set({ deletionAnswer: 'lost' });
    await expect(fixture.send('DELETE', instancePath('a', 0))).rejects.toThrow('fetch failed');
    expect(await remaining()).toBe(3);
    await expect(fixture.send('DELETE', seriesPath('a'))).rejects.toThrow('fetch failed');
    expect(await remaining()).toBe(0);
    const { operations } = (await fixture.send('GET', OPERATIONS)).json() as { operations: object[] };
    expect(operations).toContainEqual(
      expect.objectContaining({
        metadata: expect.objectContaining({ apiMethodName: expect.stringMatching(/DeleteSeries$/) }),
        done: true,
      }),
    );
  });
});

describe('a second DELETE while an operation runs', () => {
  beforeEach(async () => {
    await fixture.set({ operationLengthMs: 'held' });
    await storeSeries(fixture, 'b', 2);
  });

  it('starts an operation of its own, and each counts its own work', async () => {
    const first = await deleteByOperation(fixture, seriesPath('a'));
    const second = await deleteByOperation(fixture, `/studies/${STUDY}`);
    expect(second).not.toBe(first);
    expect((await release(fixture)).json()).toEqual({ released: [first, second] });
    expect(await operation(fixture, first)).toMatchObject({ done: true, response: {} });
    expect(await operation(fixture, second)).toMatchObject({ done: true, response: {} });
    expect(await remaining()).toBe(0);
  });

  it.each([400, 409] as const)(
    'is answered %d when told so, for whatever overlaps',
    async (secondDeletion) => {
      await fixture.set({ secondDeletion });
      await deleteByOperation(fixture, seriesPath('a'));
      const statuses = [];
      for (const path of [seriesPath('a'), `/studies/${STUDY}`, seriesPath('b')])
        statuses.push((await fixture.send('DELETE', path)).status);
      expect(statuses).toEqual([secondDeletion, secondDeletion, 200]);
      await release(fixture);
      await storeSeries(fixture, 'a', 1);
      expect((await fixture.send('DELETE', seriesPath('a'))).status).toBe(200);
    },
  );
});

describe('other answers about deletions', () => {
  it.each([400, 503] as const)(
    'refuse a whole store request into a dying series with %d when told so',
    async (storeDuringDeletion) => {
      await fixture.set({ operationLengthMs: 'held', storeDuringDeletion });
      await deleteByOperation(fixture, seriesPath('a'));
      const answer = await store(fixture, instanceOf('a', 9));
      expect(answer.status).toBe(storeDuringDeletion);
      expect(answer.text()).toContain('being deleted');
      expect(answer.text()).not.toContain('00081198');
    },
  );

  it('know no operation any more when records are lost, though it goes on', async () => {
    await fixture.set({ operationLengthMs: 'held' });
    const name = await deleteByOperation(fixture, seriesPath('a'));
    await fixture.set({ operationRecords: 'lost' });
    expect((await fixture.send('GET', `/v1/${name}`)).status).toBe(404);
    expect((await fixture.send('GET', OPERATIONS)).json()).toEqual({ operations: [] });
    await release(fixture);
    expect(await remaining()).toBe(0);
    await fixture.set({ unknownOperationStatus: 403 });
    expect((await fixture.send('GET', `/v1/${name}`)).status).toBe(403);
  });

  it('forget operations as soon as they are told to', async () => {
    const name = await deleteByOperation(fixture, seriesPath('a'));
    await fixture.set({ operationRecordsMs: 60_000 });
    clock.advance(60_000);
    expect((await fixture.send('GET', `/v1/${name}`)).status).toBe(200);
    clock.advance(1);
    expect((await fixture.send('GET', `/v1/${name}`)).status).toBe(404);
  });
});

describe('searches that lag', () => {
  beforeEach(() => fixture.set({ searchLagMs: 5000 }));

  it.each([
    ['an instance', () => instancePath('a', 0), 3],
    ['a series', () => seriesPath('a'), 0],
  ])('go on listing the deletion of %s for so long', async (_, path, left) => {
    await fixture.send('DELETE', path());
    clock.advance(4999);
    expect(await remaining()).toBe(4);
    expect(await listed(fixture, '/instances?includefield=all')).toBe(4);
    expect(await listed(fixture, '/studies')).toBe(1);
    const accept = 'application/dicom; transfer-syntax=*';
    expect((await fixture.send('GET', instancePath('a', 0), { accept })).status).toBe(404);
    expect((await fixture.send('GET', `${instancePath('a', 0)}/metadata`)).status).toBe(404);
    clock.advance(1);
    expect(await remaining()).toBe(left);
    expect(await listed(fixture, '/studies')).toBe(Math.min(left, 1));
  });

  it('do not keep an instance from being stored again, which they list once', async () => {
    await fixture.send('DELETE', instancePath('a', 0));
    expect((await store(fixture, instanceOf('a', 0))).status).toBe(200);
    expect(await remaining()).toBe(4);
    clock.advance(5000);
    expect(await remaining()).toBe(4);
  });

  it('do not make what is gone be there for a second deletion', async () => {
    await fixture.send('DELETE', seriesPath('a'));
    expect((await fixture.send('DELETE', seriesPath('a'))).status).toBe(404);
    expect((await fixture.send('DELETE', instancePath('a', 0))).status).toBe(404);
  });

  it('have noticed everything after a restart', async () => {
    await fixture.send('DELETE', seriesPath('a'));
    await fixture.restart();
    expect(await remaining()).toBe(0);
  });
});
