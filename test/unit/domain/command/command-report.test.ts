import { describe, expect, it } from '@jest/globals';
import {
  formatCommandReport,
  formatRefusedCommandReport,
} from '../../../../src/domain/command/command-report.ts';

const DELIVERY = { startedAtMs: 1000, endedAtMs: 2000.6, attempts: 3 };

describe('the report of a command', () => {
  it.each([
    ['complete', true],
    ['running', false],
  ] as const)('of status %s is final: %p', (status, final) => {
    const result = { status, counts: { deleted: 1 }, targets: [], problems: [] };
    expect(formatCommandReport({ kind: 'cleanup', id: 'n' }, result, DELIVERY)).toEqual({
      schema: 'dicom-courier.report.v1',
      reportId: 'cleanup:n',
      kind: 'cleanup',
      id: 'n',
      final,
      ...result,
      attempts: 3,
      startedAt: '1970-01-01T00:00:01.000Z',
      durationMs: 1001,
    });
  });
});

describe('the report of a message that was refused', () => {
  it.each(['erase-7', null])('never stands for the command of its id %p', (id) => {
    const report = formatRefusedCommandReport({ kind: 'delete', id, reportSuffix: 'm1' }, ['no'], DELIVERY);
    expect(report).toMatchObject({
      reportId: 'delete:refused:m1',
      id,
      final: true,
      status: 'failed',
      problems: ['no'],
    });
  });
});
