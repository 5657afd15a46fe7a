import { describe, expect, it } from '@jest/globals';
import { formatTarget } from '../../../src/domain/dicom/target.ts';
import { DeletionWorld, everyInstance } from '../../support/deletion-world.ts';

const OLD = '2024-06-01';
const RECENT = '2025-12-20';
const STUDIES = 500;
const SERIES_PER_STUDY = 4;
const COUNTS = [STUDIES, SERIES_PER_STUDY, 2] as const;

/** Of four series of a study the first two are old; of every fifth study all four. */
function isOld(study: number, series: number): boolean {
  return series <= 2 || study % 5 === 0;
}

describe('a cleanup over 2,000 series, of which 1,200 are past their retention', () => {
  it('deletes exactly those, with pages forced small and operations of no length', async () => {
    const world = new DeletionWorld({
      pageSize: 7,
      archive: { operationLengthMs: 0, maxPage: 9, operationsPerPage: 5 },
      settings: { deleteDelayMs: 0, searchLagMs: 0 },
    });
    world.fill(...COUNTS);
    for (let study = 1; study <= STUDIES; study += 1)
      for (let series = 1; series <= SERIES_PER_STUDY; series += 1)
        world.mark(`1.${study}`, `1.${study}.${series}`, isOld(study, series) ? OLD : RECENT);

    const command = { action: 'cleanup', id: 'big', olderThan: 'P1Y', age: 'ingested', maxSeries: 1500 };
    const report = await world.run({ ...command, dryRun: false });

    const expected = [...everyInstance(...COUNTS)]
      .filter(({ seriesInstanceUid }) => {
        const [, study, series] = seriesInstanceUid.split('.').map(Number);
        return !isOld(study ?? 0, series ?? 0);
      })
      .map(formatTarget)
      .sort();
    expect(world.archive.uids()).toEqual(expected);
    expect(report).toMatchObject({
      status: 'complete',
      counts: { deleted: 2400 },
      figures: { past: 1200, 'too-young': 800, 'in-store': 2000 },
      // 400 studies lose two series each, a hundred go as a whole.
      targetCount: 900,
      operations: 900,
    });
    expect(world.archive.operationsStarted).toBe(900);
    expect(world.archive.mostAtOnce).toBeLessThanOrEqual(5);
  }, 120_000);
});

describe('a cleanup over a hundred series whose operations take a minute', () => {
  it('keeps five operations under way, and never more', async () => {
    const world = new DeletionWorld({
      archive: { operationLengthMs: 60_000 },
      settings: { deleteDelayMs: 0, searchLagMs: 0 },
    });
    world.fill(100, 1, 1);
    for (let study = 1; study <= 100; study += 1) world.mark(`1.${study}`, `1.${study}.1`, OLD);
    const command = { action: 'cleanup', id: 'slow', olderThan: 'P1Y', age: 'ingested', dryRun: false };
    const report = await world.run(command);
    expect(report.counts).toEqual({ deleted: 100 });
    expect(world.archive.mostAtOnce).toBe(5);
    expect(world.archive.operationsStarted).toBe(100);
  });
});
