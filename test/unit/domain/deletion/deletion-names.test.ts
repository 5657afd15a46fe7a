import { describe, expect, it } from '@jest/globals';
import {
  auditName,
  holdName,
  LEASE_NAME,
  ledgerName,
  openCommandId,
  openCommandName,
  planCursorName,
  planEndName,
  planSliceName,
  queuedName,
  queueName,
  resultName,
  tombstoneName,
} from '../../../../src/domain/deletion/deletion-names.ts';
import {
  deletionLedgerNames,
  instanceTombstoneName,
  seriesTombstoneName,
  studyTombstoneName,
} from '../../../../src/domain/state-names.ts';
import { toTarget } from '../../../../src/domain/dicom/target.ts';
import { makeUids } from '../../../support/factories.ts';

const study = toTarget({ study: '1.2.1' });
const series = toTarget({ study: '1.2.1', series: '1.2.2' });
const instance = toTarget({ study: '1.2.1', series: '1.2.2', instance: '1.2.3' });

describe('names of deletion', () => {
  it('never change, because one call goes on where another has stopped', () => {
    expect([
      LEASE_NAME,
      openCommandName('a'),
      planSliceName('a', 3),
      planCursorName('a', 3),
      planEndName('a'),
      queuedName('a'),
      queueName('a', series),
      resultName('a', study),
      holdName('1.2.1'),
      auditName('a', Date.parse('2026-01-02T23:59:59Z')),
    ]).toEqual([
      'deleting/lease.json',
      'deleting/open/a.json',
      'deleting/plans/a/000003.jsonl',
      'deleting/plans/a/000003.json',
      'deleting/plans/a/end.json',
      'deleting/plans/a/queued.json',
      'deleting/queue/a/1.2.1/1.2.2',
      'deleting/results/a/1.2.1',
      'holds/1.2.1',
      'audit/deletions/2026-01-02/a.json',
    ]);
  });

  it('are those that ingest looks for', () => {
    const uids = makeUids();
    expect([study, series, instance].map(ledgerName)).toEqual(deletionLedgerNames(uids));
    expect([study, series, instance].map(tombstoneName)).toEqual([
      studyTombstoneName(uids),
      seriesTombstoneName(uids),
      instanceTombstoneName(uids),
    ]);
  });

  it.each([
    ['deleting/open/erase-7.json', 'erase-7'],
    ['deleting/open/a/b.json', undefined],
    ['deleting/open/', undefined],
    ['deleting/plans/a/end.json', undefined],
  ])('tell the command from %s: %s', (name, id) => {
    expect(openCommandId(name)).toBe(id);
  });
});
