import { describe, expect, it } from '@jest/globals';
import { formatInstancePath } from '../../../../src/domain/dicom/instance-uids.ts';
import {
  ConnectionLostError,
  NotFoundError,
  PermissionDeniedError,
  UnavailableError,
} from '../../../../src/domain/errors.ts';
import { failureOf } from '../../../support/blocks.ts';
import { COMMAND, ExportWorld, makeInstances, manifestOf, nameOf } from '../../../support/export-world.ts';
import { makeDicom } from '../../../support/synthetic-dicom.ts';

const MANIFEST = 't/_courier/trial/manifest.jsonl';

describe('an instance', () => {
  const one = { studyInstanceUid: '1.2', seriesInstanceUid: '1.2.1', sopInstanceUid: '1.2.9.1' };
  const KEY = `exports/${nameOf(one)}`;
  const METADATA = { instance: '1.2.9.1' };

  const worldWithOne = (options = {}): { world: ExportWorld; bytes: Buffer } => {
    const world = new ExportWorld(options);
    return { world, bytes: world.put(one) };
  };

  it('is already exported where the same object of another is there', async () => {
    const { world, bytes } = worldWithOne();
    world.buckets.put(KEY, bytes, METADATA);
    expect((await world.run(COMMAND)).counts).toEqual({ 'already-exported': 1 });
    expect(world.buckets.objects.get(KEY)?.metadata).toEqual(METADATA);
    expect(manifestOf(world)[0]).toMatchObject({
      transferSyntax: '1.2.840.10008.1.2.1',
      sizeBytes: bytes.length,
    });
  });

  it('is a conflict where another object has its name, which is left as it is', async () => {
    const { world } = worldWithOne();
    world.buckets.put(KEY, Buffer.from('other'), METADATA);
    const report = await world.run(COMMAND);
    expect(report).toMatchObject({ status: 'failed', counts: { conflict: 1 } });
    expect(report.problems[0]).toMatch(/conflict \(different-content: .*5 bytes/);
    expect(world.buckets.objects.get(KEY)?.bytes.toString()).toBe('other');
    expect(world.retrieval.openBodies + world.buckets.openBodies).toBe(0);
  });

  it('takes the place of another object where that is wanted', async () => {
    const { world, bytes } = worldWithOne();
    world.buckets.put(KEY, Buffer.from('other'), METADATA);
    expect((await world.run({ ...COMMAND, overwrite: true })).counts).toEqual({ exported: 1 });
    expect(world.buckets.objects.get(KEY)?.bytes.equals(bytes)).toBe(true);
  });

  it('is the command’s own where the answer to its writing was lost', async () => {
    const { world } = worldWithOne();
    world.buckets.lostAnswers.push(new ConnectionLostError('lost'));
    expect((await world.run(COMMAND)).counts).toEqual({ 'already-exported': 1 });
    expect(world.retrieval.requests).toHaveLength(2);
  });

  it('is absent where it has vanished since it was planned', async () => {
    const { world } = worldWithOne();
    await world.begin(COMMAND);
    world.retrieval.remove(one);
    world.archive.settings.operationLengthMs = 0;
    await world.archive.delete(one, AbortSignal.timeout(1000));
    await world.deliverAll();
    expect(world.report).toMatchObject({ status: 'failed', counts: { absent: 1 } });
    expect(world.report.problems).toEqual([
      `${formatInstancePath(one)}: absent (not-in-store)`,
      `${formatInstancePath(one)} is not in the store any more`,
    ]);
  });

  it.each([
    ['404', new NotFoundError('x'), UnavailableError],
    ['403', new PermissionDeniedError('x'), PermissionDeniedError],
  ])('is given back where the store answers %s and still lists it', async (_status, fault, expected) => {
    const { world } = worldWithOne({ policy: { maxAttempts: 1 } });
    world.retrieval.faults.retrieve.push(fault);
    await world.begin(COMMAND);
    const [slice] = world.slices.messages;
    if (slice === undefined) throw new Error('Nothing was planned.');
    expect(await failureOf(world.slice(slice))).toBeInstanceOf(expected);
    await world.deliverAll();
    expect(world.report.counts).toEqual({ exported: 1 });
  });

  it('is failed with the store’s own answer where the store cannot give that form', async () => {
    const { world } = worldWithOne();
    const format = 'transferSyntax:1.2.840.10008.1.2.4.80';
    world.retrieval.put(one, { [format]: { status: 400, detail: 'missing pixel data' } });
    const report = await world.run({ ...COMMAND, format });
    expect(report.problems[0]).toMatch(
      /failed \(store-refused: The store answered 400: missing pixel data\)/,
    );
    world.retrieval.put(one, { [format]: { status: 406, detail: '' } });
    const again = await world.run({ ...COMMAND, id: 'again', destination: 'gs://exports/again/', format });
    expect(again.problems[0]).toMatch(/answered 406: it gave no reason/);
  });

  it('is failed where the store answers with another transfer syntax than was asked for', async () => {
    const { world, bytes } = worldWithOne();
    const format = 'transferSyntax:1.2.840.10008.1.2.4.80';
    world.retrieval.put(one, { [format]: bytes });
    const report = await world.run({ ...COMMAND, format });
    expect(report.problems[0]).toMatch(/not-transcoded: .*1\.2\.840\.10008\.1\.2\.1/);
    const bare = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]);
    world.retrieval.put(one, { [format]: bare });
    const again = await world.run({ ...COMMAND, id: 'again', destination: 'gs://exports/again/', format });
    expect(again.problems[0]).toMatch(/not-transcoded: .*unknown/);
    expect(world.retrieval.openBodies).toBe(0);
  });

  it('is exported in the transfer syntax that was asked for', async () => {
    const { world } = worldWithOne();
    const transferSyntax = '1.2.840.10008.1.2.4.80';
    const format = `transferSyntax:${transferSyntax}`;
    world.retrieval.put(one, { [format]: makeDicom({ transferSyntax }) });
    await world.run({ ...COMMAND, format });
    expect(manifestOf(world)[0]).toMatchObject({ outcome: 'exported', transferSyntax });
  });

  it('is not taken for one where what comes is no DICOM file', async () => {
    const { world, bytes } = worldWithOne();
    world.retrieval.put(one, { original: Buffer.from('<html>') });
    await world.begin(COMMAND);
    const [slice] = world.slices.messages;
    if (slice === undefined) throw new Error('Nothing was planned.');
    expect(await failureOf(world.slice(slice))).toMatchObject({ code: 'malformed-answer' });
    world.retrieval.put(one, { original: bytes });
    world.retrieval.tellsSize = false;
    await world.deliverAll();
    expect(world.report.counts).toEqual({ exported: 1 });
  });

  it('vanishes between two looks at its name, and is tried again', async () => {
    const { world, bytes } = worldWithOne();
    world.buckets.put(KEY, bytes);
    const look = world.buckets.look.bind(world.buckets);
    let looks = 0;
    world.buckets.look = async (...args) => {
      looks += 1;
      if (looks > 1) return look(...args);
      world.buckets.objects.delete(KEY);
      return undefined;
    };
    expect((await world.run(COMMAND)).counts).toEqual({ exported: 1 });
  });

  it('is replaced by somebody else while it is overwritten, and tried again', async () => {
    const { world } = worldWithOne();
    world.buckets.put(KEY, Buffer.from('other'));
    const look = world.buckets.look.bind(world.buckets);
    let looks = 0;
    world.buckets.look = async (...args) => {
      const found = await look(...args);
      looks += 1;
      if (looks === 1) world.buckets.put(KEY, Buffer.from('another'));
      return found;
    };
    expect((await world.run({ ...COMMAND, overwrite: true })).counts).toEqual({ exported: 1 });
  });

  it('vanishes from the store while its name is settled', async () => {
    const { world } = worldWithOne();
    world.buckets.put(KEY, Buffer.from('other'));
    const look = world.buckets.look.bind(world.buckets);
    world.buckets.look = async (...args) => {
      world.retrieval.remove(one);
      await world.archive.delete(one, AbortSignal.timeout(1000));
      return look(...args);
    };
    expect((await world.run(COMMAND)).counts).toEqual({ absent: 1 });
  });

  it('is rendered, frame by frame, up to as many as are allowed', async () => {
    const world = new ExportWorld();
    const [single = one, multi = one, long = one] = makeInstances(3);
    const image = (text: string): Buffer => Buffer.from(text);
    world.archive.put(single, {});
    world.archive.put(multi, { '00280008': ['2'] });
    world.archive.put(long, { '00280008': ['5'] });
    world.retrieval.put(single, { 'rendered:image/png': image('whole') });
    world.retrieval.put(multi, {
      'rendered:image/png 1': image('first'),
      'rendered:image/png 2': image('second'),
    });
    const report = await world.run({ ...COMMAND, format: 'rendered:image/png' });
    expect(report).toMatchObject({ status: 'partial', counts: { exported: 3, failed: 1 }, planned: 4 });
    expect(report.problems[0]).toMatch(/too-many-frames: .*MAX_FRAMES \(4\)/);
    expect(world.buckets.names('exports')).toEqual(
      [
        't/1.2/1.2.1/1.2.9.1/0.png',
        't/1.2/1.2.1/1.2.9.2/1.png',
        't/1.2/1.2.1/1.2.9.2/2.png',
        MANIFEST,
      ].sort(),
    );
    expect(world.buckets.objects.get('exports/t/1.2/1.2.1/1.2.9.2/2.png')?.metadata['frame']).toBe('2');
  });

  it('takes a number of frames that is none for one', async () => {
    const world = new ExportWorld();
    world.archive.put(one, { '00280008': ['many'] });
    world.retrieval.put(one, { 'rendered:image/jpeg': Buffer.from('x') });
    expect((await world.run({ ...COMMAND, format: 'rendered' })).counts).toEqual({ exported: 1 });
  });

  it('is exported as metadata', async () => {
    const { world } = worldWithOne();
    await world.run({ ...COMMAND, format: 'metadata' });
    expect(world.buckets.objects.get('exports/t/1.2/1.2.1/1.2.9.1.json')?.contentType).toBe(
      'application/dicom+json',
    );
  });
});
