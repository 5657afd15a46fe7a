import { describe, expect, it } from '@jest/globals';
import { hashObjectRef } from '../../../src/domain/object-ref.ts';
import {
  formatIngestReport,
  formatInstanceReport,
  formatInvalidEventReport,
  type IngestResult,
} from '../../../src/domain/report.ts';
import { makeObjectRef, makeUids } from '../../support/factories.ts';

const DELIVERY = { startedAtMs: 0, endedAtMs: 41.6, attempts: 2 };
const STORED: IngestResult = {
  outcome: 'stored',
  reason: null,
  detail: null,
  sizeBytes: 526_000,
  instances: [
    formatInstanceReport(makeUids(), { outcome: 'stored', transferSyntax: '1.2', sizeBytes: 526_000 }),
  ],
};

describe('an ingest report', () => {
  it('has the published fields and no others', () => {
    expect(formatIngestReport(makeObjectRef(), STORED, DELIVERY)).toEqual({
      schema: 'dicom-courier.report.v1',
      reportId: `ingest:${hashObjectRef(makeObjectRef())}`,
      kind: 'ingest',
      final: true,
      object: { bucket: 'inbox', name: 'ward/a.dcm', generation: '1712345678901234', sizeBytes: 526_000 },
      outcome: 'stored',
      reason: null,
      detail: null,
      instances: [
        {
          study: '1.2.1',
          series: '1.2.2',
          instance: '1.2.3',
          outcome: 'stored',
          transferSyntax: '1.2',
          sizeBytes: 526_000,
        },
      ],
      attempts: 2,
      startedAt: '1970-01-01T00:00:00.000Z',
      durationMs: 42,
    });
  });

  it('takes over nothing that an object reference may carry besides', () => {
    const object = { ...makeObjectRef(), patient: 'DOE^JOHN' };
    expect(JSON.stringify(formatIngestReport(object, STORED, DELIVERY))).not.toContain('DOE');
  });

  it.each(['event-type', 'generation-gone'] as const)(
    'does not take the id of the outcome when it is ignored: %s',
    (reason) => {
      const ignored = { ...STORED, outcome: 'ignored', reason, instances: [] } as const;
      expect(formatIngestReport(makeObjectRef(), ignored, DELIVERY).reportId).toBe(
        `ingest:${hashObjectRef(makeObjectRef())}:${reason}`,
      );
    },
  );

  it('does not take the id of what was stored before its series was deleted', () => {
    const late = { ...STORED, outcome: 'rejected', reason: 'deleted-before' } as const;
    const { reportId } = formatIngestReport(makeObjectRef(), late, DELIVERY);
    expect(reportId).toBe(`ingest:${hashObjectRef(makeObjectRef())}:deleted-before`);
  });

  it('has the same id for every delivery and outcome of one generation', () => {
    const later = formatIngestReport(
      makeObjectRef(),
      { ...STORED, outcome: 'already-stored' },
      { startedAtMs: 5000, endedAtMs: 6000, attempts: 3 },
    );
    expect(later.reportId).toBe(formatIngestReport(makeObjectRef(), STORED, DELIVERY).reportId);
  });
});

describe('the report on an event that cannot be read', () => {
  it('names no object and says what is wrong', () => {
    expect(formatInvalidEventReport('42', 'No bucket.', DELIVERY)).toMatchObject({
      object: null,
      outcome: 'ignored',
      reason: 'invalid-event',
      detail: 'No bucket.',
      instances: [],
      final: true,
    });
  });

  it('is named by the event, without quoting it', () => {
    const [one, other] = ['DOE-1', 'DOE-2'].map((id) => formatInvalidEventReport(id, '', DELIVERY).reportId);
    expect(one).toMatch(/^ingest:event:[0-9a-f]{32}$/);
    expect(one).not.toBe(other);
  });
});
