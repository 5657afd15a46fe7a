import { describe, expect, it } from '@jest/globals';
import { targetResult } from '../../../../src/domain/deletion/target-result.ts';
import { toTarget } from '../../../../src/domain/dicom/target.ts';
import {
  PermissionDeniedError,
  RequestRefusedError,
  ThrottledError,
  type CourierError,
} from '../../../../src/domain/errors.ts';
import { finishCommand } from '../../../../src/usecases/command/finish-command.ts';
import { findHold } from '../../../../src/usecases/deletion/holds.ts';
import { readPage, writePage } from '../../../../src/usecases/deletion/ledger-book.ts';
import { eachPage, requireValue } from '../../../../src/usecases/deletion/list-instances.ts';
import { readOpenCommand } from '../../../../src/usecases/deletion/open-command.ts';
import { prepareTarget } from '../../../../src/usecases/deletion/prepare.ts';
import { readPlan } from '../../../../src/usecases/deletion/queue.ts';
import { stepTarget } from '../../../../src/usecases/deletion/step-target.ts';
import { failureOf } from '../../../support/blocks.ts';
import { makeContext, makeParts } from '../../../support/deletion-context.ts';
import { DeletionWorld } from '../../../support/deletion-world.ts';

const SERIES = { study: '1.1', series: '1.1.1' };
const target = toTarget(SERIES);
const COMMAND = { action: 'delete', id: 'a', targets: [SERIES] };
const KNOWN = { id: 'a', known: { kind: 'list', instances: { '1.1.1': ['1.1.1.1', '1.1.1.2'] } } } as const;

const refusal = (): CourierError => new RequestRefusedError('delete target: answered 400');

describe('preparing a target', () => {
  it('leaves it when it is held by now', async () => {
    const { world, context } = await makeContext();
    world.fill(1, 1, 2);
    world.hold('1.1');
    await expect(prepareTarget(target, KNOWN, undefined, context)).resolves.toEqual(
      targetResult('held', { reason: 'hold' }),
    );
  });

  it('leaves it when it has grown beyond what may be deleted', async () => {
    const { world, context } = await makeContext({ settings: { maxDeleteInstances: 2 } });
    world.fill(1, 1, 3);
    await expect(prepareTarget(target, KNOWN, undefined, context)).resolves.toMatchObject({
      reason: 'too-many-instances',
      problems: ['1.1/1.1.1 holds more than 2 instances (MAX_DELETE_INSTANCES); nothing of it was deleted.'],
    });
    expect(world.state.documents.has('tombstones/1.1/1.1.1')).toBe(false);
  });

  it('finds that it is gone by now', async () => {
    const { context } = await makeContext();
    const known = { kind: 'digest', count: 1, digest: 'ab' } as const;
    await expect(prepareTarget(target, { id: 'a', known }, undefined, context)).resolves.toMatchObject({
      outcome: 'absent',
    });
  });
});

describe('a step of a target', () => {
  it('is none where nobody knows what is running', async () => {
    const { world, context, deps, invocation } = await makeContext();
    world.fill(1, 1, 2);
    const page = await prepareTarget(target, KNOWN, undefined, context);
    if ('outcome' in page) throw new Error('It was not prepared.');
    await writePage(
      target,
      { ...page.entry, phase: 'running', notBefore: 0 },
      page.generation,
      deps,
      invocation,
    );
    await expect(failureOf(stepTarget(target, [], context))).resolves.toMatchObject({
      message: 'A ledger entry says running, and not what.',
    });
  });

  it('takes from the list of what is under way what was never begun', async () => {
    const { context, deps, invocation } = await makeContext();
    await context.lease.begin(target, invocation);
    await expect(stepTarget(target, ['a'], context)).resolves.toMatchObject({ settled: [] });
    expect(context.lease.active).toEqual([]);
    await expect(readPage(target, deps, invocation)).resolves.toBeUndefined();
  });
});

describe('a store that refuses to delete', () => {
  it('a series is asked twenty times, and then that is reported', async () => {
    const world = new DeletionWorld();
    world.fill(1, 1, 2);
    world.archive.faults.delete.add(Array.from({ length: 20 }, refusal));
    await expect(world.run(COMMAND)).resolves.toMatchObject({
      status: 'failed',
      counts: { failed: 2 },
      targets: [{ reason: 'refused' }],
      problems: ['The store refuses to delete 1.1/1.1.1.'],
      operations: 0,
    });
    expect(world.archive.requests).toHaveLength(20);
    expect(world.state.documents.has('tombstones/1.1/1.1.1')).toBe(false);
  });

  it('an instance that an operation has left is asked three times, and then that is reported', async () => {
    const world = new DeletionWorld({ archive: { outcome: 'partial' } });
    world.fill(1, 1, 2);
    world.archive.faults.delete.add([null, refusal(), refusal(), refusal()]);
    await expect(world.run(COMMAND)).resolves.toMatchObject({
      status: 'partial',
      counts: { deleted: 1, failed: 1 },
      targets: [{ reason: 'instances-left' }],
    });
    expect(world.archive.requests).toHaveLength(4);
  });

  it('an instance for want of rights is asked until they are there', async () => {
    const world = new DeletionWorld({ archive: { outcome: 'partial' }, settings: { deleteDelayMs: 0 } });
    world.fill(1, 1, 2);
    world.archive.faults.delete.add([null, new PermissionDeniedError('no')]);
    await expect(world.deliver(COMMAND)).resolves.toBe(503);
    await world.settle();
    expect(world.finalReport('a')).toMatchObject({ status: 'complete', counts: { deleted: 2 } });
  });

  it('no more than that is asked within the time of one call', async () => {
    const world = new DeletionWorld({ archive: { outcome: 'partial', instancesLeft: 100 } });
    world.fill(1, 1, 100);
    const remove = world.archive.delete.bind(world.archive);
    world.archive.delete = (...args) => {
      world.clock.advance(2000);
      return remove(...args);
    };
    await expect(world.run(COMMAND)).resolves.toMatchObject({ counts: { deleted: 100 }, operations: 1 });
  });
});

describe('a request', () => {
  it('finds that somebody else has deleted everything meanwhile', async () => {
    const world = new DeletionWorld();
    world.fill(1, 1, 2);
    await world.deliver(COMMAND);
    const { signal } = new AbortController();
    for (const instance of ['1.1.1.1', '1.1.1.2'])
      await world.archive.delete(toTarget({ ...SERIES, instance }), signal);
    await world.settle();
    expect(world.finalReport('a')).toMatchObject({
      status: 'complete',
      counts: { absent: 1 },
      operations: 0,
    });
  });

  it('that was answered 503 finds that somebody else has deleted everything meanwhile', async () => {
    const world = new DeletionWorld({ archive: { searchLagMs: 30_000 }, settings: { deleteDelayMs: 0 } });
    world.fill(1, 1, 2);
    world.archive.reactions.push('unavailable');
    await world.deliver(COMMAND);
    world.clock.advance(45_000);
    const { signal } = new AbortController();
    for (const instance of ['1.1.1.1', '1.1.1.2'])
      await world.archive.delete(toTarget({ ...SERIES, instance }), signal);
    await world.settle();
    expect(world.finalReport('a')).toMatchObject({ status: 'complete', counts: { deleted: 2 } });
  });

  it('that was answered 503 is not repeated under a hold', async () => {
    const world = new DeletionWorld({ settings: { deleteDelayMs: 0 } });
    world.fill(1, 1, 2);
    world.archive.reactions.push('unavailable');
    await world.deliver(COMMAND);
    world.hold('1.1');
    await world.settle();
    expect(world.finalReport('a')).toMatchObject({ counts: { held: 2 }, operations: 1 });
    expect(world.state.documents.has('tombstones/1.1/1.1.1')).toBe(true);
  });

  it('waits as long as the store asks it to', async () => {
    const world = new DeletionWorld({ settings: { deleteDelayMs: 0 } });
    world.fill(1, 1, 2);
    world.archive.faults.delete.add([new ThrottledError('later', { retryAfterMs: 240_000 })]);
    const startedAt = world.clock.now();
    await world.deliver(COMMAND);
    while (world.archive.requests.length < 2) {
      world.clock.advance(10_000);
      await world.tick();
    }
    expect(world.clock.now() - startedAt).toBeGreaterThanOrEqual(240_000);
  });

  it('that fails in a way that nobody foresaw may have begun all the same', async () => {
    const world = new DeletionWorld({ settings: { deleteDelayMs: 0 } });
    world.fill(1, 1, 2);
    world.archive.faults.delete.add([new TypeError('unforeseen')]);
    await expect(world.deliver(COMMAND)).resolves.toBe(500);
    await world.settle();
    expect(world.finalReport('a')).toMatchObject({ counts: { deleted: 2 }, operations: 2 });
  });
});

describe('an operation', () => {
  it('that has deleted more than was listed before it is told of', async () => {
    const world = new DeletionWorld();
    world.fill(1, 1, 2);
    const look = world.archive.getOperation.bind(world.archive);
    world.archive.getOperation = async (...args) => {
      const operation = await look(...args);
      return { ...operation, ...(operation.end === undefined ? {} : { end: { kind: 'clean', success: 5 } }) };
    };
    await expect(world.run(COMMAND)).resolves.toMatchObject({
      problems: [
        'The operation that deleted 1.1/1.1.1 reported 5 instances, 3 more than were listed before it.',
      ],
    });
  });

  it('of which only that it runs is known may be the one that was asked for', async () => {
    const world = new DeletionWorld();
    world.fill(1, 1, 2);
    world.archive.reactions.push('unavailable');
    let looks = 0;
    world.archive.listOperations = () => {
      looks += 1;
      const end = looks > 2 ? ({ kind: 'clean' } as const) : undefined;
      const operation = { name: 'o', method: undefined, createdAtMs: undefined, end };
      return Promise.resolve({ operations: [operation], nextPageToken: undefined });
    };
    await expect(world.run(COMMAND)).resolves.toMatchObject({ counts: { deleted: 2 } });
    expect(looks).toBe(3);
  });

  it.each([
    ['of another kind', 'ImportDicomData', 0],
    ['that began long before', 'DeleteSeries', -3_600_000],
  ])('%s is not waited for', async (_, method, startedMs) => {
    const world = new DeletionWorld();
    world.fill(1, 1, 2);
    world.clock.advance(startedMs);
    world.archive.beginOther(method, Infinity);
    world.clock.advance(-startedMs);
    world.archive.reactions.push('unavailable');
    await expect(world.run(COMMAND)).resolves.toMatchObject({ counts: { deleted: 2 } });
  });
});

describe('what is not there', () => {
  it('is no final report, no plan and no open command', async () => {
    const { world, deps, invocation } = makeParts();
    const end = { slices: 1, targets: 1, refusals: [], notes: [], figures: {} };
    await expect(readOpenCommand('a', deps, invocation)).resolves.toBeUndefined();
    await expect(failureOf(Array.fromAsync(readPlan('a', end, deps, invocation)))).resolves.toMatchObject({
      message: 'A slice of a plan is missing.',
    });
    world.state.create = () => Promise.resolve('exists');
    const finished = finishCommand({ kind: 'delete', id: 'a' }, {} as never, 'audit/a', deps, invocation);
    await expect(failureOf(finished)).resolves.toMatchObject({
      message: 'A final report is there, and is not.',
    });
  });

  it('is a UID that a match of a search has to have', () => {
    expect(() => requireValue({}, '00080018')).toThrow('lacks a UID');
  });

  it('is a search that could be paged any further than a million matches', async () => {
    const { world, deps, invocation } = makeParts();
    const page = Array.from({ length: 500_001 }, () => ({}));
    world.archive.search = () => Promise.resolve(page);
    const matches = eachPage({ level: 'series', within: null }, deps, invocation);
    await expect(failureOf(Array.fromAsync(matches))).resolves.toBeInstanceOf(RangeError);
  });

  it('is an answer about a hold when the time is up', async () => {
    const { deps, invocation } = makeParts();
    const signal = AbortSignal.abort(new Error('time is up'));
    await expect(failureOf(findHold(target, deps, { ...invocation, signal }))).resolves.toMatchObject({
      message: 'time is up',
    });
  });
});
