import { describe, expect, it } from '@jest/globals';
import type { InstanceUids } from '../../../src/domain/dicom/instance-uids.ts';
import { failureOf } from '../../support/blocks.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { InMemoryArchive } from '../../support/in-memory-archive.ts';

const { signal } = new AbortController();
const STUDY = { studyInstanceUid: '1', seriesInstanceUid: null, sopInstanceUid: null };
const SERIES = { ...STUDY, seriesInstanceUid: '1.1' };
const instance = (one: number): InstanceUids => ({ ...SERIES, sopInstanceUid: `1.1.${one}` });
const QUERY = { level: 'instances', within: STUDY, limit: 100, offset: 0 } as const;

/** An archive of twenty instances, on a clock of its own. */
function setUp(...[settings, faults]: [ConstructorParameters<typeof InMemoryArchive>[1]?, object?]) {
  const clock = new FakeClock();
  const archive = new InMemoryArchive(clock, { operationLengthMs: 2000, ...settings }, faults);
  for (let one = 1; one <= 20; one += 1) archive.put(instance(one));
  return { clock, archive };
}

// What the stand-in does in its own time, or cannot be made to do, and the fake does by its clock.
describe('the archive in memory', () => {
  it('loses little by little what an operation deletes', async () => {
    const { clock, archive } = setUp();
    await archive.delete(STUDY, signal);
    clock.advance(1000);
    expect(archive.uids()).toHaveLength(10);
    expect(archive.operationsRunning).toBe(1);
    clock.advance(1000);
    expect(archive.uids()).toEqual([]);
    expect(archive.operationsRunning).toBe(0);
    expect(archive.deleted).toHaveLength(20);
  });

  it('keeps what arrives after an operation has begun, be it new or back again', async () => {
    const { clock, archive } = setUp();
    await archive.delete(STUDY, signal);
    clock.advance(100);
    archive.put(instance(1));
    archive.put(instance(21));
    clock.advance(1900);
    expect(archive.uids()).toEqual(['1/1.1/1.1.1', '1/1.1/1.1.21']);
  });

  it('stops listing after a while what is gone', async () => {
    const { clock, archive } = setUp({ searchLagMs: 5000, operationLengthMs: 0 });
    await archive.delete(STUDY, signal);
    clock.advance(4999);
    expect(await archive.search(QUERY, signal)).toHaveLength(20);
    clock.advance(1);
    expect(await archive.search(QUERY, signal)).toEqual([]);
  });

  it('gives no more rows at once than it may, and the rest behind them', async () => {
    const { archive } = setUp({ maxPage: 15 });
    expect(await archive.search(QUERY, signal)).toHaveLength(15);
    expect(await archive.search({ ...QUERY, offset: 15 }, signal)).toHaveLength(5);
  });

  it('counts the deletions that were begun, and those that ran at once', async () => {
    const { clock, archive } = setUp();
    archive.beginOther('ImportDicomData', 10_000);
    await archive.delete(SERIES, signal);
    await archive.delete(STUDY, signal);
    clock.advance(2000);
    archive.put(instance(1));
    await archive.delete(STUDY, signal);
    expect([archive.operationsStarted, archive.mostAtOnce, archive.operationsRunning]).toEqual([3, 2, 1]);
    expect(archive.requests).toEqual(['1/1.1', '1', '1']);
  });

  it('reacts to requests in turn, and has begun nothing when it is unavailable', async () => {
    const { archive } = setUp();
    archive.reactions.push('unavailable', 'lost');
    await expect(failureOf(archive.delete(STUDY, signal))).resolves.toMatchObject({ code: 'unavailable' });
    expect(archive.operationsStarted).toBe(0);
    await expect(failureOf(archive.delete(STUDY, signal))).resolves.toMatchObject({
      code: 'connection-lost',
    });
    await expect(archive.delete(STUDY, signal)).resolves.toMatchObject({ kind: 'operation' });
    expect(archive.operationsStarted).toBe(2);
  });

  it('never ends an operation of endless length', async () => {
    const { clock, archive } = setUp({ operationLengthMs: Infinity });
    await archive.delete(STUDY, signal);
    clock.advance(1e12);
    expect(archive.operationsRunning).toBe(1);
    expect(archive.uids()).toHaveLength(20);
  });

  it('plays the faults of each method', async () => {
    const fault = new Error('planned');
    const { archive } = setUp({}, { search: [null, fault], delete: [fault] });
    await archive.search(QUERY, signal);
    await expect(failureOf(archive.search(QUERY, signal))).resolves.toBe(fault);
    await expect(failureOf(archive.delete(STUDY, signal))).resolves.toBe(fault);
    expect([archive.faults.search.remaining, archive.operationsStarted]).toEqual([0, 0]);
  });
});
