import '../../../support/one-realm.ts';
import { describe, expect, it } from '@jest/globals';
import { crc32c } from '../../../../src/adapters/node-crc32c.ts';
import * as errors from '../../../../src/domain/errors.ts';
import type { IngestResult } from '../../../../src/domain/report.ts';
import { carryObject } from '../../../../src/usecases/ingest/carry.ts';
import { cutEvery, failureOf } from '../../../support/blocks.ts';
import { makeIncoming, makeUids } from '../../../support/factories.ts';
import { makeCarryCall, setUpIngest, type IngestSetup } from '../../../support/ingest-setup.ts';
import { makeDicom } from '../../../support/synthetic-dicom.ts';

const OBJECT = makeIncoming();
const UIDS = makeUids();
const NAMES = { study: '1.2.1', series: '1.2.2', instance: '1.2.3' };
const FILE = makeDicom({ ...NAMES, pixelBytes: 3000 });
const OTHER_FILE = makeDicom({ ...NAMES, pixelBytes: 3000, patientName: 'Other' });
const damaged = Buffer.from(FILE);
damaged[FILE.length - 10] = 1;

const carry = (setup: IngestSetup): Promise<IngestResult> => carryObject(OBJECT, setup.deps, makeCarryCall());

/** Whatever happens, no connection may be left open. */
const expectAllClosed = ({ storage, store }: IngestSetup): void => {
  expect({ objects: storage.openBodies, instances: store.openBodies }).toEqual({ objects: 0, instances: 0 });
};

function withObject(bytes: Buffer, setup = setUpIngest()): IngestSetup {
  setup.storage.put(OBJECT, { bytes });
  return setup;
}

describe('carrying an object', () => {
  it('stores the very bytes of an instance and reports on it', async () => {
    const setup = withObject(FILE);
    await expect(carry(setup)).resolves.toEqual({
      outcome: 'stored',
      reason: null,
      detail: null,
      sizeBytes: FILE.length,
      instances: [
        { ...NAMES, outcome: 'stored', transferSyntax: '1.2.840.10008.1.2.1', sizeBytes: FILE.length },
      ],
    });
    expect(setup.store.bytesOf(UIDS)?.equals(FILE)).toBe(true);
    expectAllClosed(setup);
  });

  it('announces how long the body is', async () => {
    const setup = withObject(FILE);
    await carry(setup);
    expect(setup.store.uploads).toEqual([
      { path: 'studies/1.2.1/series/1.2.2/instances/1.2.3', sizeBytes: FILE.length },
    ]);
  });

  it('ignores a generation that is gone', async () => {
    const result = await carry(setUpIngest());
    expect(result).toMatchObject({
      outcome: 'ignored',
      reason: 'generation-gone',
      sizeBytes: null,
      instances: [],
    });
  });

  it.each([
    ['an empty object', 'empty-object', Buffer.alloc(0)],
    ['a text', 'not-dicom', Buffer.from('a letter')],
    ['an archive', 'archive', Buffer.from('PK\x03\x04...', 'latin1')],
    ['a bare data set', 'no-preamble', FILE.subarray(132)],
    ['an instance without a study', 'missing-study-uid', makeDicom({ omit: ['0020000D'] })],
    ['a truncated file', 'damaged', FILE.subarray(0, 200)],
  ])('rejects %s', async (_name, reason, bytes) => {
    const setup = withObject(bytes);
    const result = await carry(setup);
    expect(result).toMatchObject({ outcome: 'rejected', reason, sizeBytes: bytes.length, instances: [] });
    expect(setup.store.uploads).toEqual([]);
    expectAllClosed(setup);
  });

  it('rejects an object that cannot pass within a delivery, and says how to store it', async () => {
    const setup = withObject(FILE, setUpIngest({ mostBytes: FILE.length - 1 }));
    const result = await carry(setup);
    expect(result).toMatchObject({ outcome: 'rejected', reason: 'too-large' });
    expect(result.detail).toContain('dicomStores.import');
    expectAllClosed(setup);
  });

  it('rejects what the store refuses, with what it says', async () => {
    const setup = withObject(FILE);
    setup.store.refusal = { kind: 'refused', failureReason: 272, detail: 'no such transfer syntax' };
    await expect(carry(setup)).resolves.toMatchObject({
      outcome: 'rejected',
      reason: 'store-refused',
      detail: 'The store refused the instance (failure reason 272): no such transfer syntax',
      instances: [{ outcome: 'rejected' }],
    });
  });

  it('does not blame an object that arrived damaged for being refused', async () => {
    const setup = setUpIngest();
    setup.storage.put(OBJECT, { bytes: FILE, arrivals: [cutEvery(FILE, 512), cutEvery(damaged, 512)] });
    setup.store.refusal = { kind: 'refused', failureReason: 272, detail: 'not readable' };
    await expect(failureOf(carry(setup))).resolves.toMatchObject({ code: 'checksum-mismatch' });
    expectAllClosed(setup);
  });

  it('says so when the store refuses and tells nothing', async () => {
    const setup = withObject(FILE);
    setup.store.refusal = { kind: 'refused', failureReason: null, detail: '' };
    await expect(carry(setup)).resolves.toMatchObject({
      detail: 'The store refused the instance: it gave no detail',
    });
  });
});

describe('carrying an instance that the store has', () => {
  it('finds the same bytes stored already', async () => {
    const setup = withObject(FILE);
    setup.store.put(UIDS, FILE);
    await expect(carry(setup)).resolves.toMatchObject({
      outcome: 'already-stored',
      reason: null,
      instances: [{ outcome: 'already-stored' }],
    });
    expectAllClosed(setup);
  });

  it('finds a conflict in other bytes, leaves them alone, and tells both apart', async () => {
    const setup = withObject(FILE);
    setup.store.put(UIDS, OTHER_FILE);
    const result = await carry(setup);
    expect(result).toMatchObject({ outcome: 'conflict', reason: 'different-content' });
    const checksum = crc32c(OTHER_FILE, 0).toString(16).padStart(8, '0');
    expect(result.detail).toContain(`the stored instance ${OTHER_FILE.length} bytes, CRC32C ${checksum}`);
    expect(setup.store.bytesOf(UIDS)?.equals(OTHER_FILE)).toBe(true);
    expectAllClosed(setup);
  });

  it('knows nothing when the store has it and has it not', async () => {
    const setup = withObject(FILE);
    setup.store.refusal = { kind: 'exists', detail: '' };
    const error = await failureOf(carry(setup));
    expect(error).toMatchObject({ code: 'unavailable', cause: { code: 'not-found' } });
    expectAllClosed(setup);
  });

  it('knows nothing when it cannot be retrieved', async () => {
    const setup = withObject(FILE, setUpIngest({}, { retrieve: [new errors.ThrottledError('slow')] }));
    setup.store.put(UIDS, FILE);
    await expect(failureOf(carry(setup))).resolves.toMatchObject({ code: 'throttled' });
    expectAllClosed(setup);
  });

  it('knows nothing when the object cannot be opened again', async () => {
    const setup = withObject(FILE, setUpIngest({}, { open: [null, new errors.UnavailableError('later')] }));
    setup.store.put(UIDS, FILE);
    await expect(failureOf(carry(setup))).resolves.toMatchObject({ code: 'unavailable' });
    expectAllClosed(setup);
  });

  it('does not take a damaged download for a conflict', async () => {
    const setup = setUpIngest();
    setup.storage.put(OBJECT, { bytes: FILE, arrivals: [cutEvery(FILE, 512), cutEvery(damaged, 512)] });
    setup.store.put(UIDS, FILE);
    await expect(failureOf(carry(setup))).resolves.toMatchObject({ code: 'checksum-mismatch' });
    expectAllClosed(setup);
  });

  it('retrieves what it has just stored where everything is to be verified', async () => {
    const setup = withObject(FILE, setUpIngest({ verify: 'always' }));
    await expect(carry(setup)).resolves.toMatchObject({ outcome: 'stored' });
    expect(setup.storage.opened).toHaveLength(2);
    expectAllClosed(setup);
  });
});

describe('carrying an object over a bad connection', () => {
  const cut = new errors.ConnectionLostError('open object: ECONNRESET');

  it.each([
    ['an instance', FILE, cutEvery(damaged, 512)],
    ['an instance that comes short', FILE, cutEvery(FILE, 512).slice(0, -1)],
    [
      'an archive',
      Buffer.from('PK\x03\x04 archive', 'latin1'),
      [Buffer.from('PK\x03\x04 archivE', 'latin1')],
    ],
    ['an instance that arrives as something else', FILE, [Buffer.from('<html>')]],
  ])('neither stores nor rejects %s that arrived damaged', async (_name, bytes, arrival) => {
    const setup = setUpIngest();
    setup.storage.put(OBJECT, { bytes, arrivals: [arrival] });
    await expect(failureOf(carry(setup))).resolves.toMatchObject({ code: 'checksum-mismatch' });
    expect(setup.store.paths).toEqual([]);
    expectAllClosed(setup);
  });

  it('hands on that the connection was lost', async () => {
    const setup = setUpIngest();
    setup.storage.put(OBJECT, { bytes: FILE, arrivals: [cut] });
    await expect(failureOf(carry(setup))).resolves.toBe(cut);
  });

  it.each([
    ['the object cannot be opened', 'open', new errors.UnavailableError('')],
    ['the store is throttled', 'store', new errors.ThrottledError('')],
    ['the marker cannot be written', 'create', new errors.PermissionDeniedError('')],
    ['the tombstone cannot be looked up', 'read', new errors.UnavailableError('')],
  ] as const)('hands on that %s, and closes the object', async (_name, call, error) => {
    const setup = withObject(FILE, setUpIngest({}, { [call]: [error] }));
    await expect(failureOf(carry(setup))).resolves.toBe(error);
    expect(setup.store.paths).toEqual([]);
    expectAllClosed(setup);
  });

  it('stores the object when it is carried again', async () => {
    const setup = withObject(FILE, setUpIngest({}, { store: [new errors.ThrottledError('')] }));
    await failureOf(carry(setup));
    await expect(carry(setup)).resolves.toMatchObject({ outcome: 'stored' });
    expect(setup.store.bytesOf(UIDS)?.equals(FILE)).toBe(true);
  });
});
