import { describe, expect, it } from '@jest/globals';
import {
  commandName,
  deletionLedgerNames,
  finalReportName,
  ingestMarkerName,
  instanceTombstoneName,
  seriesTombstoneName,
  studyTombstoneName,
} from '../../../src/domain/state-names.ts';
import { parseTombstone } from '../../../src/domain/tombstone.ts';
import { makeUids } from '../../support/factories.ts';

describe('names in the state bucket', () => {
  it('never change, because the functions find each other by them', () => {
    const uids = makeUids();
    expect([
      studyTombstoneName(uids),
      seriesTombstoneName(uids),
      instanceTombstoneName(uids),
      ingestMarkerName(uids, '2026-01-02'),
      ...deletionLedgerNames(uids),
    ]).toEqual([
      'tombstones/1.2.1',
      'tombstones/1.2.1/1.2.2',
      'tombstones/1.2.1/1.2.2/1.2.3',
      'ingested/1.2.1/1.2.2/2026-01-02',
      'deletions/1.2.1.json',
      'deletions/1.2.1/1.2.2.json',
      'deletions/1.2.1/1.2.2/1.2.3.json',
    ]);
  });
});

describe('names of commands', () => {
  it.each([
    ['export', 'exports'],
    ['delete', 'deletions'],
    ['cleanup', 'deletions'],
  ] as const)('of kind %s are among the %s', (kind, folder) => {
    expect(commandName({ kind, id: 'a' })).toBe(`commands/${folder}/a.json`);
    expect(finalReportName({ kind, id: 'a' })).toBe(`reports/${folder}/a.json`);
  });
});

describe('parseTombstone', () => {
  it.each(['2026-01-02T03:04:05.678Z', null])('reads %p', (deletedAt) => {
    expect(parseTombstone({ deletedAt, hasInstances: true })).toEqual({ deletedAt, hasInstances: true });
  });

  it('knows of no instances where nothing is said of them', () => {
    expect(parseTombstone({ deletedAt: null })).toEqual({ deletedAt: null, hasInstances: false });
  });

  it.each([{}, null, { deletedAt: 'yesterday' }, { deletedAt: 5 }, { deletedAt: null, hasInstances: 1 }])(
    'does not guess at %p',
    (document) => {
      expect(() => parseTombstone(document)).toThrow('Invalid');
    },
  );
});
