import { describe, expect, it } from '@jest/globals';
import { cleanUp, NOT_OLD_ENOUGH, OLD, RECENT, type SeriesSpec } from '../../../support/cleanup-setup.ts';
import type { DeletionWorld } from '../../../support/deletion-world.ts';

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

  it('keeps of a study the series that came lately', async () => {
    const { left, report } = await cleanUp([
      { study: '1.1', series: '1.1.1', marked: [OLD] },
      { study: '1.1', series: '1.1.2', marked: [OLD, RECENT] },
    ]);
    expect(left).toEqual(['1.1/1.1.2']);
    expect(report.figures).toMatchObject({ past: 1, 'too-young': 1 });
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
        state.documents.set('ingested/1.2/not-a-uid/2020-01-01', {});
      },
    );
    expect(left).toEqual([]);
  });

  it('finds nothing in an empty archive', async () => {
    const { report } = await cleanUp([]);
    expect(report).toMatchObject({ status: 'complete', counts: {}, targets: [], figures: { studies: 0 } });
  });

  it('knows no modality of a series that has none', async () => {
    const { left } = await cleanUp([{ study: '1.1', series: '1.1.1', modality: null, marked: [OLD] }], {
      filter: { modality: ['CT'] },
    });
    expect(left).toEqual(['1.1/1.1.1']);
  });

  const gone = (world: DeletionWorld): void => {
    world.state.documents.set('ingested/1.1/README', {});
    world.mark('1.1', '1.1.1', OLD);
    world.mark('1.1', '1.1.2', '2025-12-25');
    world.mark('1.1', '1.1.2', '2025-12-26');
  };
  const markers = ({ state }: DeletionWorld): string[] =>
    [...state.documents.keys()].filter((name) => name.startsWith('ingested/'));

  it('forgets the markers of a study that has gone, but not those of the last week', async () => {
    const { report, world } = await cleanUp([], {}, {}, gone);
    expect(report).toMatchObject({ status: 'complete', counts: {}, figures: { studies: 1 } });
    expect(markers(world)).toEqual(['ingested/1.1/README', 'ingested/1.1/1.1.2/2025-12-26']);
  });

  it('forgets nothing in a dry run', async () => {
    const { world } = await cleanUp([], { dryRun: true }, {}, gone);
    expect(markers(world)).toHaveLength(4);
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
