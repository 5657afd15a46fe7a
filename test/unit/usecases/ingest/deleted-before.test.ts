import '../../../support/one-realm.ts';
import { describe, expect, it } from '@jest/globals';
import type { IncomingObject } from '../../../../src/domain/object-ref.ts';
import type { IngestResult } from '../../../../src/domain/report.ts';
import { carryObject } from '../../../../src/usecases/ingest/carry.ts';
import { failureOf } from '../../../support/blocks.ts';
import { CLOCK_START_MS } from '../../../support/fake-clock.ts';
import { makeIncoming } from '../../../support/factories.ts';
import { makeCarryCall, setUpIngest, type IngestSetup } from '../../../support/ingest-setup.ts';
import { makeDicom } from '../../../support/synthetic-dicom.ts';

const FILE = makeDicom({ study: '1.2.1', series: '1.2.2', instance: '1.2.3' });
const at = (offsetMs: number): string => new Date(CLOCK_START_MS + offsetMs).toISOString();

function withTombstones(study: string | null, series?: string, setup = setUpIngest()): IngestSetup {
  setup.state.documents.set('tombstones/1.2.1', { deletedAt: study });
  if (series !== undefined) setup.state.documents.set('tombstones/1.2.1/1.2.2', { deletedAt: series });
  return setup;
}

function carry(setup: IngestSetup, changes: Partial<IncomingObject> = {}): Promise<IngestResult> {
  const object = makeIncoming(changes);
  setup.storage.put(object, { bytes: FILE });
  return carryObject(object, setup.deps, makeCarryCall({ latestAt: Infinity }));
}

describe('carrying an object into a study that was deleted', () => {
  it.each([
    ['its study was deleted after it came', at(1), undefined],
    ['its study was deleted as it came', at(0), undefined],
    ['its series was deleted after it came', null, at(1)],
    ['its series was deleted after it came, and its study before', at(-1), at(1)],
    ['its study was deleted after it came, and its series before', at(1), at(-1)],
  ])('refuses it when %s', async (_name, study, series) => {
    const setup = withTombstones(study, series);
    const result = await carry(setup);
    expect(result).toMatchObject({
      outcome: 'rejected',
      reason: 'deleted-before',
      instances: [{ outcome: 'rejected' }],
    });
    expect(setup.store.uploads).toEqual([]);
    expect(setup.storage.openBodies).toBe(0);
  });

  it.each([
    ['its study was deleted before it came', at(-1), undefined],
    ['its series was deleted before it came', null, at(-1)],
    ['only another series of its study was deleted', null, undefined],
  ])('stores it when %s', async (_name, study, series) => {
    await expect(carry(withTombstones(study, series))).resolves.toMatchObject({ outcome: 'stored' });
  });

  it('refuses it when nobody tells how old it is', async () => {
    const result = await carry(withTombstones(at(-1)), { finalizedAtMs: undefined });
    expect(result).toMatchObject({ reason: 'deleted-before' });
  });

  it('stores it in any case where that is what the operator wants', async () => {
    const setup = withTombstones(at(1), undefined, setUpIngest({ reingestAfterDelete: 'allow' }));
    await expect(carry(setup)).resolves.toMatchObject({ outcome: 'stored' });
    expect(setup.state.namesRead).toEqual([]);
  });

  it('does not look for a series in a study of which nothing was deleted', async () => {
    const setup = setUpIngest();
    await carry(setup);
    expect(setup.state.namesRead).toEqual(['tombstones/1.2.1']);
  });

  it.each([
    ['refuses it when it was deleted by itself after it came', at(1), 'rejected'],
    ['stores it when it was deleted by itself before it came', at(-1), 'stored'],
    ['stores it when only another instance of its series was', undefined, 'stored'],
  ])('%s', async (_name, deletedAt, outcome) => {
    const setup = withTombstones(null);
    setup.state.documents.set('tombstones/1.2.1/1.2.2', { deletedAt: null, hasInstances: true });
    if (deletedAt !== undefined) setup.state.documents.set('tombstones/1.2.1/1.2.2/1.2.3', { deletedAt });
    await expect(carry(setup)).resolves.toMatchObject({ outcome });
  });

  it('stores it when the deletion that it remembers was called off meanwhile', async () => {
    const setup = withTombstones(at(1));
    await expect(carry(setup)).resolves.toMatchObject({ outcome: 'rejected' });
    setup.state.documents.delete('tombstones/1.2.1');
    await expect(carry(setup)).resolves.toMatchObject({ outcome: 'stored' });
  });

  it('does not guess at a tombstone that it cannot read', async () => {
    const setup = setUpIngest();
    setup.state.documents.set('tombstones/1.2.1', { deletedAt: 'yesterday' });
    await failureOf(carry(setup));
    expect(setup.store.uploads).toEqual([]);
  });
});

describe('carrying an object into a series that is being deleted', () => {
  const refused = { kind: 'refused', failureReason: 272, detail: '' } as const;
  const LEDGERS = ['deletions/1.2.1.json', 'deletions/1.2.1/1.2.2.json', 'deletions/1.2.1/1.2.2/1.2.3.json'];

  it.each(LEDGERS)('gives it back without asking the store while %s is open', async (name) => {
    const setup = withTombstones(at(1));
    setup.state.documents.set(name, { phase: 'planned' });
    await expect(failureOf(carry(setup))).resolves.toMatchObject({
      code: 'unavailable',
      details: { study: '1.2.1', series: '1.2.2' },
    });
    expect(setup.store.uploads).toEqual([]);
    setup.state.documents.set(name, { phase: 'ended' });
    await expect(carry(setup)).resolves.toMatchObject({ reason: 'deleted-before' });
  });

  it.each(LEDGERS)('takes a refusal for no verdict while %s is open', async (name) => {
    const setup = setUpIngest();
    setup.store.refusal = refused;
    setup.state.documents.set(name, { phase: 'deleting' });
    await expect(failureOf(carry(setup))).resolves.toMatchObject({ code: 'unavailable' });
  });

  it('takes a refusal for a verdict once the deletion has ended', async () => {
    const setup = setUpIngest();
    setup.store.refusal = refused;
    setup.state.documents.set('deletions/1.2.1.json', { phase: 'ended' });
    await expect(carry(setup)).resolves.toMatchObject({ outcome: 'rejected', reason: 'store-refused' });
  });
});

describe('carrying an object of a series', () => {
  it('leaves word of the day before it is stored, once a day and series', async () => {
    const setup = setUpIngest();
    await carry(setup, { name: 'a' });
    await carry(setup, { name: 'b' });
    setup.clock.advance(24 * 60 * 60 * 1000);
    await carry(setup, { name: 'c' });
    expect([...setup.state.documents.keys()]).toEqual([
      'ingested/1.2.1/1.2.2/2026-01-02',
      'ingested/1.2.1/1.2.2/2026-01-03',
    ]);
  });

  it('is content when another process has left word', async () => {
    const setup = setUpIngest();
    setup.state.documents.set('ingested/1.2.1/1.2.2/2026-01-02', {});
    await expect(carry(setup)).resolves.toMatchObject({ outcome: 'stored' });
  });
});
