import { describe, expect, it } from '@jest/globals';
import { DeletionTally, formatDeletionProgress } from '../../../../src/domain/deletion/deletion-report.ts';
import type { PlanEnd } from '../../../../src/domain/deletion/plan.ts';
import { targetResult, type TargetResult } from '../../../../src/domain/deletion/target-result.ts';
import { toTarget } from '../../../../src/domain/dicom/target.ts';

const NAME = { kind: 'delete', id: 'erase-7' } as const;
const DELIVERY = { startedAtMs: 0, endedAtMs: 1500.4, attempts: 2 };
const NOTHING: Pick<PlanEnd, 'refusals' | 'notes' | 'figures'> = { refusals: [], notes: [], figures: {} };
const target = (n: number) => toTarget({ study: `1.${n}`, series: '2' });

function reportOf(results: readonly TargetResult[], end: Partial<typeof NOTHING> = {}) {
  const tally = new DeletionTally();
  results.forEach((result, index) => tally.add(target(index), result));
  return tally.report(NAME, { dryRun: false }, { ...NOTHING, ...end }, DELIVERY);
}

const deleted = targetResult('deleted', { counts: { deleted: 3 }, operations: 1 });
const partly = targetResult('failed', {
  reason: 'instances-left',
  counts: { deleted: 1, failed: 2 },
  operations: 2,
  problems: ['2 instances were not deleted.'],
});

describe('the final report of a deletion', () => {
  it('adds up what became of every target', () => {
    const held = targetResult('held', { reason: 'hold' });
    const later = targetResult('absent', { counts: { 'arrived-later': 4 } });
    expect(reportOf([deleted, partly, held, later], { notes: ['note'] })).toEqual({
      schema: 'dicom-courier.report.v1',
      reportId: 'delete:erase-7',
      kind: 'delete',
      id: 'erase-7',
      final: true,
      status: 'partial',
      counts: { deleted: 4, failed: 2, held: 1, 'arrived-later': 4 },
      targets: [
        { study: '1.0', series: '2', outcome: 'deleted', reason: null, counts: { deleted: 3 } },
        {
          study: '1.1',
          series: '2',
          outcome: 'failed',
          reason: 'instances-left',
          counts: { deleted: 1, failed: 2 },
        },
        { study: '1.2', series: '2', outcome: 'held', reason: 'hold', counts: {} },
        { study: '1.3', series: '2', outcome: 'absent', reason: null, counts: { 'arrived-later': 4 } },
      ],
      problems: ['note', '2 instances were not deleted.'],
      attempts: 2,
      startedAt: '1970-01-01T00:00:00.000Z',
      durationMs: 1500,
      dryRun: false,
      operations: 3,
      targetCount: 4,
      figures: {},
    });
  });

  const failed = targetResult('failed', { reason: 'instances-left', counts: { failed: 1 } });
  it.each<readonly [string, readonly TargetResult[], Partial<typeof NOTHING>, string]>([
    ['complete', [], {}, 'nothing had to be done'],
    ['complete', [deleted, targetResult('absent'), targetResult('planned')], {}, 'all are as wanted'],
    ['partial', [deleted, failed], {}, 'one is, and one is not'],
    ['partial', [partly], {}, 'something of one was deleted'],
    ['failed', [failed, targetResult('held'), targetResult('changed')], {}, 'nothing was deleted'],
    ['failed', [deleted], { refusals: ['too many'] }, 'the command was refused'],
  ])('is %s when %4$s', (status, results, end) => {
    expect(reportOf(results, end).status).toBe(status);
  });

  it('says first why nothing was done, then what was noticed, then what went wrong', () => {
    expect(reportOf([partly], { refusals: ['refused'], notes: ['noted'] }).problems).toEqual([
      'refused',
      'noted',
      '2 instances were not deleted.',
    ]);
  });

  it('counts more targets than it lists', () => {
    const report = reportOf(Array.from({ length: 10_001 }, () => partly));
    expect(report).toMatchObject({ targetCount: 10_001, counts: { failed: 20_002 } });
    expect([report.targets.length, report.problems.length]).toEqual([10_000, 1000]);
  });
});

describe('a report of progress', () => {
  it('is not final, and says how many targets have ended', () => {
    expect(formatDeletionProgress(NAME, { ended: 2, targets: 5 }, ['slow'], DELIVERY)).toMatchObject({
      reportId: 'delete:erase-7',
      final: false,
      status: 'running',
      progress: { ended: 2, targets: 5 },
      problems: ['slow'],
    });
  });
});
