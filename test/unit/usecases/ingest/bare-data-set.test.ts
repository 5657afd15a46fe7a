import '../../../support/one-realm.ts';
import { describe, expect, it } from '@jest/globals';
import dicomParser from 'dicom-parser';
import { readHeader } from '../../../../src/domain/dicom/header.ts';
import type { IngestResult } from '../../../../src/domain/report.ts';
import { carryObject } from '../../../../src/usecases/ingest/carry.ts';
import { cutEvery, failureOf } from '../../../support/blocks.ts';
import {
  BIG_ENDIAN,
  EXPLICIT,
  IMPLICIT,
  UNDEFINED_LENGTH,
  element,
  elementStart,
  identityElements,
  openSequence,
} from '../../../support/element-bytes.ts';
import { makeIncoming, makeUids } from '../../../support/factories.ts';
import { makeCarryCall, setUpIngest, type IngestSetup } from '../../../support/ingest-setup.ts';

const OBJECT = makeIncoming();
const PIXELS = element(0x7fe00010, 'OB', Buffer.alloc(5000, 7));
const BARE = Buffer.concat([...identityElements(), PIXELS]);

const carry = (setup: IngestSetup): Promise<IngestResult> => carryObject(OBJECT, setup.deps, makeCarryCall());

function withBare(bytes: Buffer, arrivals?: readonly (readonly Buffer[])[]): IngestSetup {
  const setup = setUpIngest({ noPreamble: 'supply', maxHeaderBytes: 4096 });
  setup.storage.put(OBJECT, { bytes, ...(arrivals === undefined ? {} : { arrivals }) });
  return setup;
}

describe('carrying a bare data set', () => {
  it.each([
    ['explicit', EXPLICIT, '1.2.840.10008.1.2.1'],
    ['implicit', IMPLICIT, '1.2.840.10008.1.2'],
  ])('stores one in %s behind a preamble and file meta information', async (_name, writing, syntax) => {
    const bytes = Buffer.concat(identityElements(writing));
    const setup = withBare(bytes);
    const result = await carry(setup);
    const file = setup.store.bytesOf(makeUids()) ?? Buffer.alloc(0);
    expect(file.subarray(-bytes.length).equals(bytes)).toBe(true);
    expect(readHeader(file, true, { maxHeaderBytes: 4096 })).toMatchObject({
      kind: 'instance',
      header: { uids: makeUids(), transferSyntaxUid: syntax },
    });
    expect(result).toMatchObject({
      outcome: 'stored',
      sizeBytes: bytes.length,
      instances: [{ sizeBytes: file.length }],
    });
    expect(result.detail).toContain('NO_PREAMBLE=supply');
  });

  it('stores one that other programs can read by the length of its file meta information', async () => {
    const setup = withBare(BARE);
    await carry(setup);
    const read = dicomParser.parseDicom(setup.store.bytesOf(makeUids()) ?? Buffer.alloc(0));
    expect(['x00020002', 'x00020003', 'x00020010', 'x0020000d'].map((tag) => read.string(tag))).toEqual([
      '1.2.840.10008.5.1.4.1.1.7',
      '1.2.3',
      '1.2.840.10008.1.2.1',
      '1.2.1',
    ]);
  });

  it('makes the same file every time, so that the second is stored already', async () => {
    const setup = withBare(BARE);
    await carry(setup);
    await expect(carry(setup)).resolves.toMatchObject({ outcome: 'already-stored' });
    expect(setup.storage.openBodies).toBe(0);
  });

  it('walks one however it is cut', async () => {
    const sequence = openSequence(0x00081140, [element(0x0020000d, 'UI', '9')]);
    const [sopClass, sopInstance, ...rest] = identityElements() as [Buffer, Buffer, ...Buffer[]];
    const bytes = Buffer.concat([sopClass, sopInstance, sequence, ...rest, PIXELS]);
    for (const size of [1, 5, 700]) {
      const setup = withBare(bytes, [cutEvery(bytes, size)]);
      await expect(carry(setup)).resolves.toMatchObject({ outcome: 'stored' });
    }
  });

  it.each([
    ['ends inside an element', BARE.subarray(0, -1)],
    ['is written in big endian', Buffer.concat(identityElements(BIG_ENDIAN))],
    [
      'has its elements out of order',
      Buffer.concat([...identityElements().reverse(), ...identityElements()]),
    ],
    ['is a preamble cut off in its middle', Buffer.concat([Buffer.from('DICM'), BARE])],
    [
      'has a UID of absurd length',
      Buffer.concat([...identityElements().slice(0, 2), element(0x0020000d, 'UI', '1'.repeat(6000))]),
    ],
    [
      'has a UID of undefined length',
      Buffer.concat([...identityElements().slice(0, 2), elementStart(0x0020000d, 'UN', UNDEFINED_LENGTH)]),
    ],
    [
      'has a sequence of absurd length',
      Buffer.concat([
        ...identityElements().slice(0, 2),
        openSequence(0x00081140, [element(0x00091001, 'OB', Buffer.alloc(9000))]),
      ]),
    ],
    ['is too short for an element', Buffer.from('0800050043', 'hex')],
  ])('rejects one that %s', async (_name, bytes) => {
    const setup = withBare(bytes);
    const result = await carry(setup);
    expect(result.outcome).toBe('rejected');
    expect(setup.store.paths).toEqual([]);
    expect(setup.storage.openBodies).toBe(0);
  });

  it('rejects one that lacks a UID', async () => {
    const bytes = Buffer.concat([...identityElements().slice(0, 3), PIXELS]);
    await expect(carry(withBare(bytes))).resolves.toMatchObject({
      outcome: 'rejected',
      reason: 'missing-series-uid',
    });
  });

  it.each([
    ['at the first reading', [cutEvery(BARE, 512).slice(0, -1)]],
    ['at the second reading', [cutEvery(BARE, 512), cutEvery(BARE, 512).slice(0, -1)]],
  ])('neither stores nor rejects one that arrives damaged %s', async (_name, arrivals) => {
    const setup = withBare(BARE, arrivals);
    await expect(failureOf(carry(setup))).resolves.toMatchObject({ code: 'checksum-mismatch' });
    expect(setup.store.paths).toEqual([]);
    expect(setup.storage.openBodies).toBe(0);
  });
});
