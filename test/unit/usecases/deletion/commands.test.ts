import { describe, expect, it } from '@jest/globals';
import { ConnectionLostError, PermissionDeniedError } from '../../../../src/domain/errors.ts';
import { DEFAULT_RETRY_POLICY } from '../../../../src/retry/policy.ts';
import { DeletionWorld, everyInstanceBut } from '../../../support/deletion-world.ts';

const SERIES = { study: '1.1', series: '1.1.1' };
const COUNTS: [number, number, number] = [2, 2, 3];
const MINUTE_MS = 60_000;

const erase = (id: string, changes: object = {}) => ({ action: 'delete', id, targets: [SERIES], ...changes });

function makeWorld(options: ConstructorParameters<typeof DeletionWorld>[0] = {}): DeletionWorld {
  const world = new DeletionWorld(options);
  world.fill(...COUNTS);
  return world;
}

describe('two commands for one target', () => {
  it('share its deletion, and both get a true report', async () => {
    const world = makeWorld();
    await world.deliver(erase('a'));
    await world.deliver(erase('b'));
    await world.settle();
    for (const id of ['a', 'b'])
      expect(world.finalReport(id)).toMatchObject({
        status: 'complete',
        counts: { deleted: 3 },
        operations: 1,
      });
    expect(world.archive.operationsStarted).toBe(1);
  });

  it('are both told the truth when the second comes before the first has been told of its end', async () => {
    const world = makeWorld();
    const create = world.state.create.bind(world.state);
    let isForbidden = true;
    world.state.create = (name, ...rest) =>
      isForbidden && name.startsWith('deleting/results/')
        ? Promise.reject(new PermissionDeniedError('create document: answered 403'))
        : create(name, ...rest);
    await world.deliver(erase('z'));
    while (phaseOf(world) !== 'ended') {
      world.clock.advance(MINUTE_MS);
      await world.tick();
    }
    isForbidden = false;
    // Its id comes first, so it is looked at first.
    await world.deliver(erase('a'));
    await world.settle();
    expect(world.finalReport('z')).toMatchObject({ counts: { deleted: 3 }, operations: 1 });
    expect(world.finalReport('a')).toMatchObject({ counts: { absent: 1 }, operations: 0 });
  });

  it('begin a new round each when the second comes after the end', async () => {
    const world = makeWorld();
    await world.run(erase('a'));
    world.archive.put({ studyInstanceUid: '1.1', seriesInstanceUid: '1.1.1', sopInstanceUid: '1.1.1.9' });
    await expect(world.run(erase('b'))).resolves.toMatchObject({ counts: { deleted: 1 }, operations: 1 });
    expect(ledgerOf(world)).toMatchObject({ round: 2, phase: 'ended', commands: ['b'] });
    expect(world.archive.operationsStarted).toBe(2);
  });

  it('do not share it when the second means more than the first', async () => {
    const world = makeWorld();
    await world.deliver(erase('a'));
    world.archive.put({ studyInstanceUid: '1.1', seriesInstanceUid: '1.1.1', sopInstanceUid: '1.1.1.9' });
    await world.deliver(erase('b'));
    await world.settle();
    expect(world.finalReport('a')).toMatchObject({ counts: { deleted: 3, 'arrived-later': 1 } });
    expect(world.finalReport('b')).toMatchObject({ counts: { deleted: 1 } });
    expect(world.archive.uids()).toEqual(everyInstanceBut(COUNTS, ['1.1/1.1.1']));
  });
});

function ledgerOf(world: DeletionWorld): unknown {
  return world.state.documents.get('deletions/1.1/1.1.1.json');
}

function phaseOf(world: DeletionWorld): string | undefined {
  return (ledgerOf(world) as { phase?: string } | undefined)?.phase;
}

describe('targets of one command', () => {
  it('never run at once where one contains the other', async () => {
    const world = makeWorld();
    const report = await world.run(
      erase('a', { targets: [{ study: '1.1' }, SERIES, { study: '1.1', series: '1.1.2' }] }),
    );
    expect(world.archive.uids()).toEqual(everyInstanceBut(COUNTS, ['1.1']));
    expect(report.status).toBe('complete');
    expect(world.archive.mostAtOnce).toBeLessThanOrEqual(2);
    const [first] = world.archive.requests;
    if (first === '1.1') expect(world.archive.mostAtOnce).toBe(1);
  });

  it('never run in greater number than operations are allowed', async () => {
    const world = new DeletionWorld({
      settings: { maxOperations: 3 },
      archive: { operationLengthMs: 70_000 },
    });
    world.fill(10, 1, 1);
    const targets = Array.from({ length: 10 }, (_, index) => ({ study: `1.${index + 1}` }));
    await expect(world.run(erase('a', { targets }))).resolves.toMatchObject({ counts: { deleted: 10 } });
    expect(world.archive.mostAtOnce).toBe(3);
  });

  it('count once where they are named twice', async () => {
    const report = await makeWorld().run(erase('a', { targets: [SERIES, SERIES] }));
    expect(report).toMatchObject({ targetCount: 1, problems: ['Targets that were named twice count once.'] });
  });

  it('are all found where every listing and every search has pages of one', async () => {
    const world = makeWorld({ pageSize: 1, archive: { maxPage: 1, operationsPerPage: 1 } });
    world.hold('1.2/1.2.0');
    world.hold('1.2/1.2.1');
    world.archive.reactions.push('lost', 'lost');
    const targets = [{ study: '1.1' }, { study: '1.2', series: '1.2.1' }, { study: '1.2', series: '1.2.2' }];
    const other = erase('b', { targets: [{ study: '1.2', series: '1.2.2', instance: '1.2.2.1' }] });
    await world.deliver(other);
    const report = await world.run(erase('a', { targets }));
    expect(report.targets.map(({ outcome }) => outcome)).toEqual(['deleted', 'held', 'deleted']);
    expect(world.archive.uids()).toEqual(everyInstanceBut(COUNTS, ['1.1', '1.2/1.2.2']));
  });
});

describe('a hold', () => {
  it.each(['1.1', '1.1/', '1.1/1.1.1', '1.1/1.1.1/note.txt'])(
    'at %s that is placed after the command and before the request is honoured',
    async (name) => {
      const world = makeWorld();
      await world.deliver(erase('a'));
      expect(phaseOf(world)).toBe('planned');
      world.hold(name);
      await world.settle();
      expect(world.finalReport('a')).toMatchObject({
        status: 'failed',
        counts: { held: 3 },
        targets: [{ outcome: 'held', reason: 'hold' }],
        operations: 0,
      });
      expect(world.archive.deleted).toEqual([]);
      expect(world.state.documents.has('tombstones/1.1/1.1.1')).toBe(false);
    },
  );

  it.each(['1.1/1.1.2', '1.10', '1.1.1', '1'])('at %s is none on 1.1/1.1.1', async (name) => {
    const world = makeWorld();
    world.hold(name);
    await expect(world.run(erase('a'))).resolves.toMatchObject({ counts: { deleted: 3 } });
  });

  it('that cannot be read counts', async () => {
    const world = makeWorld();
    world.records.faults.list.add([new Error('not ours')]);
    await expect(world.run(erase('a'))).resolves.toMatchObject({
      targets: [{ outcome: 'held', reason: 'hold-unreadable' }],
    });
    expect(world.archive.deleted).toEqual([]);
  });

  it('that is not read within the time in which it is tried counts', async () => {
    const world = makeWorld();
    const list = world.records.list.bind(world.records);
    world.records.list = () => {
      world.records.list = list;
      world.clock.advance(DEFAULT_RETRY_POLICY.budgetMs);
      return Promise.reject(new ConnectionLostError('There was no answer.'));
    };
    await expect(world.run(erase('a'))).resolves.toMatchObject({
      targets: [{ outcome: 'held', reason: 'hold-unreadable' }],
    });
    expect(world.archive.deleted).toEqual([]);
  });

  it('keeps what is left of an operation that has failed in part', async () => {
    const world = makeWorld({ archive: { outcome: 'partial', operationLengthMs: 70_000 } });
    await world.deliver(erase('a'));
    while (world.archive.operationsStarted === 0) {
      world.clock.advance(MINUTE_MS);
      await world.tick();
    }
    world.hold('1.1');
    await world.settle();
    expect(world.finalReport('a')).toMatchObject({ status: 'partial', counts: { deleted: 2, held: 1 } });
  });

  it('on a part of a study does not hide from ingest what was deleted of another part', async () => {
    const world = makeWorld();
    await world.deliver(erase('a', { targets: [{ study: '1.1' }] }));
    await world.deliver(erase('b'));
    world.hold('1.1/1.1.2');
    await world.settle();
    expect(world.finalReport('a')).toMatchObject({ targets: [{ outcome: 'held' }] });
    expect(world.archive.uids()).toEqual(everyInstanceBut(COUNTS, ['1.1/1.1.1']));
    expect(world.state.documents.get('tombstones/1.1')).toMatchObject({ deletedAt: null });
    expect(world.state.documents.get('tombstones/1.1/1.1.1')).toMatchObject({ hasInstances: false });
  });
});

describe('instances that arrive after the command was accepted', () => {
  const late = { studyInstanceUid: '1.1', seriesInstanceUid: '1.1.1', sopInstanceUid: '1.1.1.9' };

  it.each(['before the request', 'while it runs'])('%s are left alone, and counted', async (when) => {
    const world = makeWorld({ archive: { operationLengthMs: 70_000 } });
    await world.deliver(erase('a'));
    while (when === 'while it runs' && world.archive.operationsStarted === 0) {
      world.clock.advance(MINUTE_MS);
      await world.tick();
    }
    world.archive.put(late);
    await world.settle();
    expect(world.finalReport('a')).toMatchObject({
      status: 'complete',
      counts: { deleted: 3, 'arrived-later': 1 },
      operations: when === 'while it runs' ? 1 : 0,
    });
    expect(world.archive.has(late)).toBe(true);
  });
});

describe('a delete command that is looked at before it deletes', () => {
  it.each([
    [
      'another number than it expects',
      { expect: { instances: 4 } },
      {},
      'The targets hold 3 instances, and the command expects 4.',
    ],
    [
      'more instances than are allowed',
      {},
      { maxDeleteInstances: 2 },
      'The targets hold more than 2 instances (MAX_DELETE_INSTANCES).',
    ],
    [
      'more instances in all of its targets',
      { targets: [SERIES, { study: '1.1', series: '1.1.2' }] },
      { maxDeleteInstances: 5 },
      'The targets hold more than 5 instances (MAX_DELETE_INSTANCES).',
    ],
    [
      'far more instances in all of its targets',
      { targets: [SERIES, { study: '1.1', series: '1.1.2' }, { study: '1.2', series: '1.2.1' }] },
      { maxDeleteInstances: 3 },
      'The targets hold more than 3 instances (MAX_DELETE_INSTANCES).',
    ],
    [
      'more targets than are allowed',
      { targets: [SERIES, { study: '1.2' }] },
      { maxTargets: 1 },
      'The command names 2 targets, more than 1 (MAX_TARGETS).',
    ],
  ])('is refused for %s', async (_, changes, settings, problem) => {
    const world = makeWorld({ settings });
    const report = await world.run(erase('a', changes));
    expect(report).toMatchObject({ status: 'failed', problems: [problem], operations: 0 });
    expect(report.targets.map(({ reason }) => reason)).toEqual(report.targets.map(() => 'refused'));
    expect(world.archive.requests).toEqual([]);
    expect([...world.state.documents.keys()].filter((name) => name.startsWith('tombstones/'))).toEqual([]);
  });

  it('counts an instance once that two of its targets hold', async () => {
    const command = erase('a', { targets: [SERIES, { study: '1.1' }], expect: { instances: 6 } });
    await expect(makeWorld().run(command)).resolves.toMatchObject({ status: 'complete' });
  });

  it('does not count what is held', async () => {
    const world = makeWorld();
    world.hold('1.2');
    const targets = [SERIES, { study: '1.2' }];
    await expect(world.run(erase('a', { targets, expect: { instances: 9 } }))).resolves.toMatchObject({
      problems: ['The targets hold 3 instances, those under a hold not counted, and the command expects 9.'],
      targets: [{ reason: 'refused' }, { reason: 'hold' }],
    });
  });

  it('deletes nothing in a dry run, and says what it would', async () => {
    const world = makeWorld();
    const command = erase('a', { targets: [SERIES, { study: '1.9' }], dryRun: true });
    await expect(world.run(command)).resolves.toMatchObject({
      status: 'complete',
      dryRun: true,
      counts: { planned: 3, absent: 1 },
      targets: [{ outcome: 'planned' }, { outcome: 'absent' }],
    });
    expect(world.archive.requests).toEqual([]);
  });
});
