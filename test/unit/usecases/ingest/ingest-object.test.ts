import '../../../support/one-realm.ts';
import { describe, expect, it } from '@jest/globals';
import * as errors from '../../../../src/domain/errors.ts';
import { hashObjectRef } from '../../../../src/domain/object-ref.ts';
import type { IngestReport } from '../../../../src/domain/report.ts';
import { makeAttempts } from '../../../../src/usecases/attempts.ts';
import {
  keepObject,
  makeArchiveObject,
  makeDeleteObject,
  type AfterStore,
} from '../../../../src/usecases/ingest/after-store.ts';
import { makeIngestObject } from '../../../../src/usecases/ingest/ingest-object.ts';
import { makeQuarantine } from '../../../../src/usecases/ingest/quarantine.ts';
import type { ObjectStorage } from '../../../../src/ports/object-storage.ts';
import { failureOf } from '../../../support/blocks.ts';
import { makeIncoming, makeInvocation } from '../../../support/factories.ts';
import type { FaultScript } from '../../../support/fault-script.ts';
import { setUpIngest, type IngestSetup } from '../../../support/ingest-setup.ts';
import { recordingLogger } from '../../../support/recording-logger.ts';
import { RecordingPublisher } from '../../../support/recording-publisher.ts';
import { makeDicom, tripleOf } from '../../../support/synthetic-dicom.ts';

const OBJECT = makeIncoming({ name: 'ward/DOE^JOHN.dcm' });
const FILE = makeDicom({ patientName: 'DOE^JOHN' });
const LETTER = Buffer.from('Dear DOE^JOHN');
const throttled = new errors.ThrottledError('slow');
const unavailable = new errors.UnavailableError('later');

interface Ingested extends IngestSetup {
  readonly publisher: RecordingPublisher;
  readonly logger: ReturnType<typeof recordingLogger>;
  readonly run: () => Promise<IngestReport>;
}

interface Changes {
  readonly faults?: Readonly<Partial<Record<'open' | 'copy' | 'delete' | 'store' | 'publish', FaultScript>>>;
  readonly afterStore?: (storage: ObjectStorage) => AfterStore;
}

function ingesting(bytes: Buffer, { faults = {}, afterStore = () => keepObject }: Changes = {}): Ingested {
  const setup = setUpIngest({}, faults);
  const publisher = new RecordingPublisher(faults.publish);
  const logger = recordingLogger();
  setup.storage.put(OBJECT, { bytes });
  const policy = { maxAttempts: 3, baseDelayMs: 100, maxDelayMs: 1000, budgetMs: 60_000 };
  const ingest = makeIngestObject({
    ...setup.deps,
    publisher,
    storeLane: setup.lanes.store,
    quarantine: makeQuarantine(setup.storage, 'quarantine', setup.clock),
    afterStore: afterStore(setup.storage),
    attempts: makeAttempts(setup.clock, () => 0.5, policy),
    clock: setup.clock,
  });
  return { ...setup, publisher, logger, run: () => ingest(OBJECT, makeInvocation({ attempts: 2, logger })) };
}

describe('ingesting an object', () => {
  it('returns the report that it has published', async () => {
    const { publisher, run } = ingesting(FILE);
    const report = await run();
    expect(report).toMatchObject({
      outcome: 'stored',
      attempts: 2,
      startedAt: '2026-01-02T03:04:05.000Z',
      durationMs: 0,
    });
    expect(publisher.reports).toEqual([report]);
  });

  it('tells how long it took, waits included', async () => {
    const { run, store } = ingesting(FILE, { faults: { store: [unavailable, unavailable] } });
    await expect(run()).resolves.toMatchObject({ outcome: 'stored', durationMs: 150 });
    expect(store.faults.store.remaining).toBe(0);
  });

  it('opens the object anew for every attempt', async () => {
    const { run, storage, store, clock } = ingesting(FILE, { faults: { store: [unavailable] } });
    await run();
    expect({ openings: storage.opened.length, uploads: store.uploads.length }).toEqual({
      openings: 2,
      uploads: 2,
    });
    expect(clock.sleeps).toEqual([50]);
  });

  it('publishes nothing when the object could not be stored', async () => {
    const refused = new errors.PermissionDeniedError('no');
    const { run, publisher, storage } = ingesting(FILE, { faults: { store: [refused] } });
    await expect(failureOf(run())).resolves.toBe(refused);
    expect({ reports: publisher.reports, copies: storage.copies.size }).toEqual({ reports: [], copies: 0 });
  });

  it.each([
    ['throttles', throttled],
    ['is out of order', new errors.UnavailableError('x')],
    ['knows no such store', new errors.NotFoundError('x')],
    ['takes no such type', new errors.RequestRefusedError('x')],
  ])('never quarantines an object because the store %s', async (_name, error) => {
    const { run, storage } = ingesting(FILE, { faults: { store: [error, error, error] } });
    await expect(failureOf(run())).resolves.toBe(error);
    expect(storage.copies.size).toBe(0);
  });
});

describe('ingesting an object that has to be set aside', () => {
  it('copies it to quarantine before anyone is told', async () => {
    const { run, storage, publisher } = ingesting(LETTER, {
      faults: { publish: [new errors.NotFoundError('no topic')] },
    });
    await failureOf(run());
    expect([...storage.copies.keys()]).toEqual([`quarantine/not-dicom/${hashObjectRef(OBJECT)}`]);
    expect(publisher.reports).toEqual([]);
  });

  it('tells nobody of it when it could not be copied', async () => {
    const refused = new errors.PermissionDeniedError('no');
    const { run, publisher } = ingesting(LETTER, { faults: { copy: [refused] } });
    await expect(failureOf(run())).resolves.toBe(refused);
    expect(publisher.reports).toEqual([]);
  });

  it('tries again when the copy or the report is throttled', async () => {
    const { run, clock, storage, publisher } = ingesting(LETTER, {
      faults: { copy: [throttled], publish: [throttled] },
    });
    await expect(run()).resolves.toMatchObject({ outcome: 'rejected', reason: 'not-dicom' });
    expect(clock.sleeps).toEqual([50, 50]);
    expect([storage.faults.copy.remaining, publisher.faults.remaining]).toEqual([0, 0]);
  });

  it('sets aside an instance that differs from the stored one', async () => {
    const { run, store, storage } = ingesting(FILE);
    const { study, series, instance } = tripleOf({});
    store.put({ studyInstanceUid: study, seriesInstanceUid: series, sopInstanceUid: instance }, LETTER);
    await expect(run()).resolves.toMatchObject({ outcome: 'conflict' });
    expect([...storage.copies.keys()]).toEqual([`quarantine/different-content/${hashObjectRef(OBJECT)}`]);
  });

  it('copies nothing that is stored or gone', async () => {
    const stored = ingesting(FILE);
    const gone = ingesting(FILE);
    await gone.storage.delete(OBJECT, new AbortController().signal);
    await Promise.all([stored.run(), gone.run()]);
    expect([stored.storage.copies.size, gone.storage.copies.size]).toEqual([0, 0]);
  });
});

describe('ingesting an object that is not to stay', () => {
  it('deletes it once it is stored and reported', async () => {
    const { run, storage } = ingesting(FILE, { afterStore: makeDeleteObject });
    await run();
    expect(storage.has(OBJECT)).toBe(false);
  });

  it('moves it once it is stored and reported', async () => {
    const { run, storage } = ingesting(FILE, {
      afterStore: (objects) => makeArchiveObject(objects, 'archive'),
    });
    await run();
    expect([...storage.copies.keys()]).toEqual([`archive/${OBJECT.generation}/ward/DOE^JOHN.dcm`]);
    expect(storage.has(OBJECT)).toBe(false);
  });

  it('keeps it where the copy could not be made', async () => {
    const refused = new errors.PermissionDeniedError('no');
    const { run, storage } = ingesting(FILE, {
      afterStore: (objects) => makeArchiveObject(objects, 'archive'),
      faults: { copy: [refused] },
    });
    await expect(failureOf(run())).resolves.toBe(refused);
    expect(storage.has(OBJECT)).toBe(true);
  });

  it('keeps it where nobody could be told', async () => {
    const { run, storage } = ingesting(FILE, {
      afterStore: makeDeleteObject,
      faults: { publish: [new errors.NotFoundError('')] },
    });
    await failureOf(run());
    expect(storage.has(OBJECT)).toBe(true);
  });

  it('keeps what was rejected', async () => {
    const { run, storage } = ingesting(LETTER, { afterStore: makeDeleteObject });
    await run();
    expect(storage.has(OBJECT)).toBe(true);
  });

  it('tries again when the deletion is throttled', async () => {
    const { run, storage, clock } = ingesting(FILE, {
      afterStore: makeDeleteObject,
      faults: { delete: [throttled] },
    });
    await run();
    expect({ isThere: storage.has(OBJECT), sleeps: clock.sleeps }).toEqual({ isThere: false, sleeps: [50] });
  });
});

describe('the log of an ingested object', () => {
  it('says what became of it', async () => {
    const { run, logger } = ingesting(FILE);
    const report = await run();
    expect(logger.lines).toMatchObject([
      {
        severity: 'info',
        fields: {
          outcome: 'stored',
          reportId: report.reportId,
          sizeBytes: FILE.length,
          ...tripleOf({}),
          attempts: 2,
        },
      },
    ]);
  });

  it.each([
    ['stored', FILE],
    ['rejected', LETTER],
  ])('names no patient when it is %s', async (_name, bytes) => {
    const { run, logger } = ingesting(bytes, { faults: { open: [throttled] } });
    await run();
    expect(logger.lines.length).toBeGreaterThan(1);
    expect(JSON.stringify(logger.lines)).not.toContain('DOE');
  });
});
