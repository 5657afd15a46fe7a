import '../../../support/one-realm.ts';
import { describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import * as errors from '../../../../src/domain/errors.ts';
import type { IngestResult } from '../../../../src/domain/report.ts';
import { carryObject } from '../../../../src/usecases/ingest/carry.ts';
import { cutEvery, failureOf } from '../../../support/blocks.ts';
import { makeIncoming, makeUids } from '../../../support/factories.ts';
import { makeCarryCall, setUpIngest, type IngestSetup } from '../../../support/ingest-setup.ts';
import { makeDicom } from '../../../support/synthetic-dicom.ts';
import { until } from '../../../support/until.ts';

const OBJECT = makeIncoming();
const FILE = makeDicom({ study: '1.2.1', series: '1.2.2', instance: '1.2.3', pixelBytes: 60_000 });
const STORED = gzipSync(FILE, { level: 0 });
const flipped = Buffer.from(STORED);
flipped[STORED.length - 100] = 1;

const carry = (setup: IngestSetup): Promise<IngestResult> => carryObject(OBJECT, setup.deps, makeCarryCall());

function withCompressed(
  bytes: Buffer,
  arrivals?: readonly (readonly Buffer[] | Error)[],
  setup = setUpIngest(),
): IngestSetup {
  setup.storage.put(OBJECT, {
    bytes,
    contentEncoding: 'gzip',
    ...(arrivals === undefined ? {} : { arrivals }),
  });
  return setup;
}

describe('carrying a compressed object', () => {
  it('stores what it decompresses to, whose length is not known before', async () => {
    const setup = withCompressed(STORED);
    await expect(carry(setup)).resolves.toMatchObject({ outcome: 'stored', sizeBytes: STORED.length });
    expect(setup.store.bytesOf(makeUids())?.equals(FILE)).toBe(true);
    expect(setup.store.uploads).toMatchObject([{ sizeBytes: undefined }]);
    await until(() => setup.storage.openBodies === 0);
  });

  it('compares what it decompresses to with what is stored', async () => {
    const setup = withCompressed(STORED);
    setup.store.put(makeUids(), FILE);
    await expect(carry(setup)).resolves.toMatchObject({ outcome: 'already-stored' });
  });

  it.each([
    ['damaged', cutEvery(flipped, 4096)],
    ['cut short', cutEvery(STORED, 4096).slice(0, -1)],
    ['damaged before it can be told what it is', [Buffer.from('<html>')]],
  ])('never completes a store request when it arrives %s', async (_name, arrival) => {
    const setup = withCompressed(STORED, [arrival]);
    await expect(failureOf(carry(setup))).resolves.toMatchObject({ code: 'checksum-mismatch' });
    expect(setup.store.paths).toEqual([]);
    await until(() => setup.storage.openBodies === 0);
  });

  it('hands on that the connection was lost', async () => {
    const lost = new errors.ConnectionLostError('open object: ECONNRESET');
    const setup = withCompressed(STORED, [lost]);
    await expect(failureOf(carry(setup))).resolves.toBe(lost);
  });

  it.each([
    ['is not compressed at all', FILE],
    ['stops in the middle of its stream', STORED.subarray(0, 20_000)],
  ])('rejects one that says so and %s', async (_name, bytes) => {
    const setup = withCompressed(bytes);
    await expect(carry(setup)).resolves.toMatchObject({
      outcome: 'rejected',
      reason: 'damaged',
      sizeBytes: bytes.length,
    });
    expect(setup.store.paths).toEqual([]);
    await until(() => setup.storage.openBodies === 0);
  });

  it('does not reject one by bytes that are not the stored ones', async () => {
    const setup = withCompressed(FILE, [cutEvery(FILE, 4096), [Buffer.from('other')]]);
    await expect(failureOf(carry(setup))).resolves.toMatchObject({ code: 'checksum-mismatch' });
  });

  it('rejects one that decompresses to more than can be stored', async () => {
    const bomb = gzipSync(Buffer.concat([FILE, Buffer.alloc(3_000_000)]));
    const setup = withCompressed(bomb);
    await expect(carry(setup)).resolves.toMatchObject({ outcome: 'rejected', reason: 'too-large' });
    expect(setup.store.paths).toEqual([]);
    await until(() => setup.storage.openBodies === 0);
  });

  it('takes an empty one for empty', async () => {
    await expect(carry(withCompressed(Buffer.alloc(0)))).resolves.toMatchObject({ reason: 'empty-object' });
  });

  it('looks at what is stored where the encoding is not one that it knows', async () => {
    const setup = setUpIngest();
    setup.storage.put(OBJECT, { bytes: FILE, contentEncoding: 'x-none' });
    await expect(carry(setup)).resolves.toMatchObject({ outcome: 'stored' });
  });
});
