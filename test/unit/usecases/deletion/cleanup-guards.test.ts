import { describe, expect, it } from '@jest/globals';
import { RequestRefusedError } from '../../../../src/domain/errors.ts';
import { cleanUp, cleanup, OLD, putSeries, type SeriesSpec } from '../../../support/cleanup-setup.ts';
import { DeletionWorld } from '../../../support/deletion-world.ts';

describe('the breakers of a cleanup', () => {
  const many = (count: number, marked = [OLD]): SeriesSpec[] =>
    Array.from({ length: count }, (_, n) => ({ study: `1.${n}`, series: `1.${n}.1`, marked, instances: 1 }));

  it('stop everything past maxSeries', async () => {
    const { world, report } = await cleanUp(many(3), { maxSeries: 2 });
    expect(world.archive.uids()).toHaveLength(3);
    expect(report).toMatchObject({ status: 'failed', targets: expect.any(Array) });
    expect(report.problems.join()).toContain('more than 2 series');
    expect(world.archive.requests).toEqual([]);
  });

  it('let exactly maxSeries pass', async () => {
    const { world } = await cleanUp(many(3), { maxSeries: 3 });
    expect(world.archive.uids()).toEqual([]);
  });

  it('stop everything past the share of the store', async () => {
    const settings = { maxCleanupShare: 0.5 };
    const { world, report } = await cleanUp(
      [...many(2), { study: '2.1', series: '2.1.1' }],
      {},
      { settings },
    );
    expect(world.archive.requests).toEqual([]);
    expect(report.status).toBe('failed');
    expect(report.problems.join()).toContain('MAX_CLEANUP_SHARE');
  });

  it('let exactly the share pass', async () => {
    const specs = [...many(1), { study: '2.1', series: '2.1.1', instances: 1 }];
    const { world } = await cleanUp(specs, {}, { settings: { maxCleanupShare: 0.5 } });
    expect(world.archive.uids()).toEqual(['2.1/2.1.1/2.1.1.1']);
  });

  it('tell in a dry run how much it would have been', async () => {
    const { world, report } = await cleanUp(many(4), { maxSeries: 2, dryRun: true });
    expect(report.figures).toMatchObject({ past: 4 });
    expect(report.status).toBe('failed');
    expect(world.archive.requests).toEqual([]);
  });

  it.each([
    ['end the search for more', false, 500],
    ['let a dry run go on to the end', true, 520],
  ])('%s', async (_, dryRun, studies) => {
    const { report } = await cleanUp(many(520), { maxSeries: 2, dryRun }, { pageSize: 1000 });
    expect(report.status).toBe('failed');
    expect(report.figures).toMatchObject({ studies, past: studies });
  });

  it('take a store that is too large to be counted for as large as it could be counted', async () => {
    const world = new DeletionWorld({ settings: { maxCleanupShare: 0.000001 } });
    putSeries(world, many(1));
    const search = world.archive.search.bind(world.archive);
    const page = Array.from({ length: 5000 }, () => ({}));
    world.archive.search = (query, signal) =>
      query.within === null ? Promise.resolve(page) : search(query, signal);
    const report = await world.run(cleanup());
    expect(report.figures).toMatchObject({ 'in-store': 1_005_000 });
    expect(report).toMatchObject({ status: 'complete', counts: { deleted: 1 } });
  });

  it('leave a target alone that is too large to be listed', async () => {
    const settings = { maxDeleteInstances: 1 };
    const { world, report } = await cleanUp(
      [{ study: '1.1', series: '1.1.1', marked: [OLD], instances: 2 }],
      {},
      { settings },
    );
    expect(world.archive.requests).toEqual([]);
    expect(report.targets).toMatchObject([{ outcome: 'failed', reason: 'too-many-instances' }]);
  });
});

describe('a dry run', () => {
  it('is what a cleanup is unless it says otherwise', async () => {
    const world = new DeletionWorld();
    putSeries(world, [{ study: '1.1', series: '1.1.1', marked: [OLD] }]);
    const report = await world.run(cleanup({ dryRun: undefined }));
    expect(report).toMatchObject({ dryRun: true, status: 'complete', counts: { planned: 2 } });
    expect(world.archive.requests).toEqual([]);
    expect(world.archive.uids()).toHaveLength(2);
    expect([...world.state.documents.keys()].filter((name) => name.startsWith('tombstones/'))).toEqual([]);
  });
});

describe('holds', () => {
  const specs: SeriesSpec[] = [
    { study: '1.1', series: '1.1.1', marked: [OLD] },
    { study: '1.1', series: '1.1.2', marked: [OLD] },
    { study: '1.2', series: '1.2.1', marked: [OLD] },
  ];

  it('on a series keep that series, and the others of its study fall', async () => {
    const { left, report } = await cleanUp(specs, {}, {}, (world) => world.hold('1.1/1.1.1'));
    expect(left).toEqual(['1.1/1.1.1']);
    expect(report).toMatchObject({ status: 'partial', counts: { deleted: 4, held: 1 } });
  });

  it('on a study keep all of it', async () => {
    const { left } = await cleanUp(specs, {}, {}, (world) => world.hold('1.1'));
    expect(left).toEqual(['1.1/1.1.1', '1.1/1.1.2']);
  });

  it('that come after the plan are honoured', async () => {
    const world = new DeletionWorld();
    putSeries(world, specs);
    await world.deliver(cleanup());
    world.hold('1.2/1.2.1');
    await world.settle();
    expect(world.archive.uids()).toEqual(['1.2/1.2.1/1.2.1.1', '1.2/1.2.1/1.2.1.2']);
    expect(world.finalReport('nightly')).toMatchObject({ counts: { deleted: 4, held: 2 } });
  });
});

describe('an instance that the plan did not know', () => {
  it('cancels its target, takes the tombstone back, and nothing else', async () => {
    const world = new DeletionWorld();
    putSeries(world, [
      { study: '1.1', series: '1.1.1', marked: [OLD] },
      { study: '1.2', series: '1.2.1', marked: [OLD] },
    ]);
    await world.deliver(cleanup());
    expect([...world.state.documents.keys()]).toContain('tombstones/1.1');
    world.archive.put({ studyInstanceUid: '1.1', seriesInstanceUid: '1.1.1', sopInstanceUid: '1.1.1.9' });
    await world.settle();
    expect(world.archive.uids()).toEqual(['1.1/1.1.1/1.1.1.1', '1.1/1.1.1/1.1.1.2', '1.1/1.1.1/1.1.1.9']);
    expect(world.finalReport('nightly')).toMatchObject({
      status: 'partial',
      counts: { deleted: 2, changed: 2, 'arrived-later': 1 },
    });
    expect([...world.state.documents.keys()]).not.toContain('tombstones/1.1');
    expect([...world.state.documents.keys()]).toContain('tombstones/1.2');
  });

  it('that comes before the target is begun cancels it too', async () => {
    const world = new DeletionWorld({
      settings: { maxOperations: 1, deleteDelayMs: 0, advanceBudgetMs: 1000 },
    });
    putSeries(world, [{ study: '1.1', series: '1.1.1', marked: [OLD] }]);
    const before = world.archive.search.bind(world.archive);
    let searches = 0;
    world.archive.search = (query, signal) => {
      searches += 1;
      // Behind the listing for the plan, which takes two pages, and the count of series.
      if (query.level === 'instances' && searches > 5)
        world.archive.put({ studyInstanceUid: '1.1', seriesInstanceUid: '1.1.1', sopInstanceUid: '1.1.1.9' });
      return before(query, signal);
    };
    const report = await world.run(cleanup());
    expect(report).toMatchObject({ status: 'failed', targets: [{ outcome: 'changed' }] });
    expect(world.archive.requests).toEqual([]);
  });
});

describe('the time that a plan takes', () => {
  it('may be longer than one call has: the next goes on where it stopped', async () => {
    const world = new DeletionWorld({ settings: { advanceBudgetMs: 3000, deleteDelayMs: 0 } });
    const specs = Array.from({ length: 40 }, (_, n) => ({
      study: `1.${n + 1}`,
      series: `1.${n + 1}.1`,
      marked: [OLD],
      instances: 1,
    }));
    putSeries(world, specs);
    const search = world.archive.search.bind(world.archive);
    world.archive.search = (query, signal) => {
      world.clock.advance(100);
      return search(query, signal);
    };
    await world.deliver(cleanup());
    expect([...world.state.documents.keys()]).toContain('deleting/plans/nightly/000000.json');
    expect([...world.state.documents.keys()]).not.toContain('deleting/plans/nightly/end.json');
    await world.settle();
    expect(world.archive.uids()).toEqual([]);
    const report = world.finalReport('nightly');
    expect(report).toMatchObject({ status: 'complete', counts: { deleted: 40 }, targetCount: 40 });
    expect(report.figures).toMatchObject({ studies: 40, past: 40 });
    expect(world.commandReports.some(({ final }) => !final)).toBe(true);
  });
});

describe('two cleanups at once', () => {
  it('share the deletion of what both have found', async () => {
    const world = new DeletionWorld();
    putSeries(world, [{ study: '1.1', series: '1.1.1', marked: [OLD] }]);
    await world.deliver(cleanup({ id: 'one' }));
    await world.deliver(cleanup({ id: 'two' }));
    await world.settle();
    expect(world.archive.requests).toEqual(['1.1']);
    for (const id of ['one', 'two']) expect(world.finalReport(id)).toMatchObject({ counts: { deleted: 2 } });
  });
});

describe('a failure while the store is counted', () => {
  it('gives the cleanup back, and nothing is deleted before it is mended', async () => {
    const world = new DeletionWorld();
    putSeries(world, [{ study: '1.1', series: '1.1.1', marked: [OLD] }]);
    const search = world.archive.search.bind(world.archive);
    world.archive.search = (query, signal) =>
      query.within === null ? Promise.reject(new RequestRefusedError('no')) : search(query, signal);
    expect(await world.deliver(cleanup())).toBe(503);
    expect(world.archive.requests).toEqual([]);
    world.archive.search = search;
    await world.settle();
    expect(world.finalReport('nightly')).toMatchObject({ status: 'complete', counts: { deleted: 2 } });
  });
});

describe('a command whose turn to be planned does not come', () => {
  it('waits for the next call', async () => {
    const world = new DeletionWorld({ settings: { advanceBudgetMs: 1000, deleteDelayMs: 0 } });
    putSeries(world, [{ study: '1.1', series: '1.1.1', marked: [OLD] }]);
    const search = world.archive.search.bind(world.archive);
    await world.deliver(cleanup({ id: 'first', dryRun: true }));
    await world.settle();
    for (const id of ['a', 'b']) {
      const content = { action: 'delete', targets: [{ study: '1.1' }], dryRun: true };
      const open = { acceptedAt: new Date(world.clock.now()).toISOString(), content };
      world.state.documents.set(`deleting/open/${id}.json`, open);
    }
    world.archive.search = (query, signal) => {
      world.clock.advance(2000);
      return search(query, signal);
    };
    await world.tick();
    expect(world.state.documents.has('deleting/plans/a/end.json')).toBe(true);
    expect(world.state.documents.has('deleting/plans/b/end.json')).toBe(false);
    world.archive.search = search;
    await world.settle();
    expect(world.finalReport('b')).toMatchObject({ counts: { planned: 2 } });
  });
});

describe('a command that is finished by somebody else', () => {
  it('is passed over', async () => {
    const world = new DeletionWorld();
    const list = world.state.list.bind(world.state);
    world.state.list = async (listing, signal) => {
      const page = await list(listing, signal);
      return listing.prefix === 'deleting/open/' ? { ...page, names: ['deleting/open/gone.json'] } : page;
    };
    expect(await world.tick()).toBe(204);
    expect(world.commandReports).toEqual([]);
  });
});
