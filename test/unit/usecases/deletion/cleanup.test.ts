import { describe, expect, it } from '@jest/globals';
import type { DeletionReport } from '../../../../src/domain/deletion/deletion-report.ts';
import { DeletionWorld } from '../../../support/deletion-world.ts';

// The clock starts on 2026-01-02, so P365D falls on 2025-01-02.
const OLD = '2025-01-01';
const NOT_OLD_ENOUGH = '2025-01-02';
const RECENT = '2025-12-25';
const MODALITY = '00080060';
const STUDY_DATE = '00080020';

interface SeriesSpec {
  readonly study: string;
  readonly series: string;
  readonly modality?: string;
  readonly studyDate?: string;
  /** The days of its markers. */
  readonly marked?: readonly string[];
  readonly instances?: number;
}

function put(world: DeletionWorld, specs: readonly SeriesSpec[]): void {
  for (const { study, series, modality = 'CT', studyDate, marked = [], instances = 2 } of specs) {
    for (let n = 1; n <= instances; n += 1) {
      world.archive.put(
        { studyInstanceUid: study, seriesInstanceUid: series, sopInstanceUid: `${series}.${n}` },
        { [MODALITY]: [modality], ...(studyDate === undefined ? {} : { [STUDY_DATE]: [studyDate] }) },
      );
    }
    for (const day of marked) world.mark(study, series, day);
  }
}

const cleanup = (changes: object = {}) => ({
  action: 'cleanup',
  id: 'nightly',
  olderThan: 'P365D',
  age: 'ingested',
  dryRun: false,
  ...changes,
});

async function cleanUp(
  specs: readonly SeriesSpec[],
  changes: object = {},
  options: ConstructorParameters<typeof DeletionWorld>[0] = {},
  prepare: (world: DeletionWorld) => void = () => undefined,
): Promise<{ world: DeletionWorld; report: DeletionReport; left: string[] }> {
  const world = new DeletionWorld({ pageSize: 2, ...options, archive: { maxPage: 2, ...options.archive } });
  put(world, specs);
  prepare(world);
  const report = await world.run(cleanup(changes));
  const left = [...new Set(world.archive.uids().map((name) => name.split('/').slice(0, 2).join('/')))];
  return { world, report, left };
}

describe('a cleanup by the age of ingest', () => {
  it('deletes what was last ingested before its period, and keeps what was ingested on the day itself', async () => {
    const { left, report } = await cleanUp([
      { study: '1.1', series: '1.1.1', marked: [OLD] },
      { study: '1.2', series: '1.2.1', marked: [NOT_OLD_ENOUGH] },
      { study: '1.3', series: '1.3.1', marked: ['2020-05-05', RECENT] },
    ]);
    expect(left).toEqual(['1.2/1.2.1', '1.3/1.3.1']);
    expect(report).toMatchObject({
      kind: 'cleanup',
      status: 'complete',
      counts: { deleted: 2 },
      figures: { studies: 3, past: 1, 'in-store': 3 },
    });
  });

  it('keeps what has no marker: its age is unknown', async () => {
    const { left, report } = await cleanUp([
      { study: '1.1', series: '1.1.1', marked: [OLD] },
      { study: '1.1', series: '1.1.2' },
      { study: '1.2', series: '1.2.1' },
    ]);
    expect(left).toEqual(['1.1/1.1.2', '1.2/1.2.1']);
    expect(report.figures).toMatchObject({ past: 1, 'unknown-age': 1 });
  });

  it('deletes a study as a whole where every series of it falls, by one operation', async () => {
    const { left, report, world } = await cleanUp([
      { study: '1.1', series: '1.1.1', marked: [OLD] },
      { study: '1.1', series: '1.1.2', marked: [OLD] },
    ]);
    expect(left).toEqual([]);
    expect(report.targets).toEqual([
      { study: '1.1', outcome: 'deleted', reason: null, counts: { deleted: 4 } },
    ]);
    expect(world.archive.operationsStarted).toBe(1);
  });

  it('takes only the modalities that it is for', async () => {
    const { left, report } = await cleanUp(
      [
        { study: '1.1', series: '1.1.1', modality: 'CT', marked: [OLD] },
        { study: '1.1', series: '1.1.2', modality: 'SR', marked: [OLD] },
      ],
      { filter: { modality: ['CT', 'MR'] } },
    );
    expect(left).toEqual(['1.1/1.1.2']);
    expect(report.figures).toMatchObject({ 'other-modality': 1 });
  });

  it('keeps what has not been in the store for long enough', async () => {
    const { left } = await cleanUp([{ study: '1.1', series: '1.1.1', marked: ['2024-12-31'] }], {
      olderThan: 'P1D',
      minInStore: 'P2Y',
    });
    expect(left).toEqual(['1.1/1.1.1']);
  });

  it('begins with markers that mean nothing left out', async () => {
    const { left } = await cleanUp(
      [{ study: '1.1', series: '1.1.1', marked: [OLD] }],
      {},
      {},
      ({ state }) => {
        state.documents.set('ingested/README', {});
        state.documents.set('ingested/not-a-uid/1.2/2020-01-01', {});
      },
    );
    expect(left).toEqual([]);
  });

  it('finds nothing in an empty archive', async () => {
    const { report } = await cleanUp([]);
    expect(report).toMatchObject({ status: 'complete', counts: {}, targets: [], figures: { studies: 0 } });
  });

  const gone = (world: DeletionWorld): void => {
    world.mark('1.1', '1.1.1', OLD);
    world.mark('1.1', '1.1.2', '2025-12-25');
    world.mark('1.1', '1.1.2', '2025-12-26');
  };
  const markers = ({ state }: DeletionWorld): string[] =>
    [...state.documents.keys()].filter((name) => name.startsWith('ingested/'));

  it('forgets the markers of a study that has gone, but not those of the last week', async () => {
    const { report, world } = await cleanUp([], {}, {}, gone);
    expect(report).toMatchObject({ status: 'complete', counts: {}, figures: { studies: 1 } });
    expect(markers(world)).toEqual(['ingested/1.1/1.1.2/2025-12-26']);
  });

  it('forgets nothing in a dry run', async () => {
    const { world } = await cleanUp([], { dryRun: true }, {}, gone);
    expect(markers(world)).toHaveLength(3);
  });
});

describe('a cleanup by the study date', () => {
  const byDate = { age: 'study-date', minInStore: 'P30D' };
  const dated = (study: string, studyDate: string | undefined, marked: string): SeriesSpec => ({
    study,
    series: `${study}.1`,
    ...(studyDate === undefined ? {} : { studyDate }),
    marked: [marked],
  });

  it.each([
    ['an old study that has long been in the store', '20241231', OLD, true],
    ['a study of the day itself', '20250102', OLD, false],
    ['an old study that came lately', '20101231', RECENT, false],
    ['a study without date', undefined, OLD, false],
    ['an impossible date', '20230231', OLD, false],
    ['a date of another form', '2023-01-01', OLD, false],
    ['a date in the future', '20990101', OLD, false],
  ])('%s', async (_, studyDate, marked, isDeleted) => {
    const { left } = await cleanUp([dated('1.1', studyDate, marked)], byDate);
    expect(left).toEqual(isDeleted ? [] : ['1.1/1.1.1']);
  });

  it('keeps a study whose series do not agree on the date', async () => {
    const { left, report } = await cleanUp(
      [
        { study: '1.1', series: '1.1.1', studyDate: '20200101', marked: [OLD] },
        { study: '1.1', series: '1.1.2', studyDate: '20200102', marked: [OLD] },
      ],
      byDate,
    );
    expect(left).toEqual(['1.1/1.1.1', '1.1/1.1.2']);
    expect(report.figures).toMatchObject({ 'unknown-age': 2 });
  });

  it('deletes of an old study only the series that it knows to be old in the store', async () => {
    const { left } = await cleanUp(
      [
        { study: '1.1', series: '1.1.1', studyDate: '20200101', marked: [OLD] },
        { study: '1.1', series: '1.1.2', studyDate: '20200101' },
      ],
      byDate,
    );
    expect(left).toEqual(['1.1/1.1.2']);
  });
});

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
    put(world, [{ study: '1.1', series: '1.1.1', marked: [OLD] }]);
    const { dryRun: _, ...unsaid } = cleanup();
    const report = await world.run(unsaid);
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
    put(world, specs);
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
    put(world, [
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
    put(world, [{ study: '1.1', series: '1.1.1', marked: [OLD] }]);
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
    put(world, specs);
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
