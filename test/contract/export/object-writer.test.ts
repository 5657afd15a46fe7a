import '../../support/one-realm.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeGcsObjectWriter } from '../../../src/adapters/gcs-object-writer.ts';
import { crc32c } from '../../../src/adapters/node-crc32c.ts';
import type { NewObject, ObjectWriter } from '../../../src/ports/object-writer.ts';
import { arriving, cutEvery, failureOf, noise } from '../../support/blocks.ts';
import { StandInControl } from '../../support/faults.ts';
import { closeClients, makeTestHttp } from '../../support/http-client.ts';
import { InMemoryObjectWriter } from '../../support/in-memory-object-writer.ts';
import { StorageUnderTest } from '../storage/stand-in.ts';

const MIB = 1024 * 1024;
const { signal } = new AbortController();

/** Around every bound at which the way of uploading changes. */
const SIZES = [0, 1, 20_000, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 16 * MIB, 16 * MIB + 1, 20 * MIB + 77];
const LARGE = noise(Math.max(...SIZES));

interface Side {
  readonly writer: ObjectWriter;
  readonly bucket: string;
  read(name: string): Promise<Buffer | undefined>;
}

let storage: StorageUnderTest;
let standIn: Side;
const inMemory = new InMemoryObjectWriter();

beforeAll(async () => {
  storage = await StorageUnderTest.start();
  const bucket = await storage.bucket();
  standIn = {
    writer: makeGcsObjectWriter(makeTestHttp({}, 2), storage.url, crc32c),
    bucket: bucket.name,
    async read(name) {
      const path = `/storage/v1/b/${bucket.name}/o/${encodeURIComponent(name)}?alt=media`;
      const answer = await storage.fetch(path);
      const bytes = Buffer.from(await answer.arrayBuffer());
      return answer.status === 200 ? bytes : undefined;
    },
  };
});
afterAll(async () => {
  await closeClients();
  await storage.stop();
});

const fake: Side = {
  writer: inMemory,
  bucket: 'b',
  read: (name) => Promise.resolve(inMemory.objects.get(`b/${name}`)?.bytes),
};

let names = 0;
const objectOf = (side: Side, bytes: Buffer, changes: Partial<NewObject> = {}): NewObject => {
  names += 1;
  return {
    bucket: side.bucket,
    name: `folder/o ${names}+ü.dcm`,
    contentType: 'application/dicom',
    metadata: { command: 'trial', detail: 'ä' },
    sizeBytes: bytes.length,
    body: arriving(cutEvery(bytes, 100_000)),
    ...changes,
  };
};

describe.each([
  ['the fake', () => fake],
  ['the stand-in', () => standIn],
])('writing objects: %s', (_name, getSide) => {
  it.each(SIZES.flatMap((size) => [[size, true] as const, [size, false] as const]))(
    'writes %i bytes, whose number it is told: %p',
    async (size, isTold) => {
      const bytes = LARGE.subarray(0, size);
      const side = getSide();
      const object = objectOf(side, bytes, isTold ? {} : { sizeBytes: undefined });
      const answer = await side.writer.write(object, signal);
      expect(answer).toMatchObject({ kind: 'written', sizeBytes: size, crc32c: crc32c(bytes, 0) });
      expect((await side.read(object.name))?.equals(bytes)).toBe(true);
      expect(await side.writer.look(side.bucket, object.name, signal)).toMatchObject({
        ...(answer.kind === 'written' ? { generation: answer.generation } : {}),
        sizeBytes: size,
        crc32c: crc32c(bytes, 0),
        metadata: object.metadata,
      });
    },
  );

  it.each([1000, 9 * MIB])('leaves an object of the same name as it is (%i bytes)', async (size) => {
    const side = getSide();
    const object = objectOf(side, LARGE.subarray(0, size));
    await side.writer.write({ ...object, body: arriving([Buffer.from('first')]), sizeBytes: 5 }, signal);
    expect(await side.writer.write(object, signal)).toEqual({ kind: 'exists' });
    expect((await side.read(object.name))?.toString()).toBe('first');
  });

  it.each([1000, 9 * MIB])(
    'replaces the generation that it is told, and no other (%i bytes)',
    async (size) => {
      const side = getSide();
      const bytes = LARGE.subarray(0, size);
      const object = objectOf(side, bytes);
      const first = await side.writer.write(
        { ...object, body: arriving([Buffer.from('a')]), sizeBytes: 1 },
        signal,
      );
      const replaces = first.kind === 'written' ? first.generation : '';
      expect(await side.writer.write({ ...object, replaces: '17' }, signal)).toEqual({ kind: 'exists' });
      const again = { ...object, body: arriving(cutEvery(bytes, 100_000)), replaces };
      expect((await side.writer.write(again, signal)).kind).toBe('written');
      expect((await side.read(object.name))?.equals(bytes)).toBe(true);
    },
  );

  it.each([
    [1000, 1000],
    [9 * MIB, 9 * MIB],
    [9 * MIB, undefined],
    [20 * MIB, 20 * MIB],
  ])('leaves nothing of a body of %i bytes that breaks off (told: %p)', async (size, sizeBytes) => {
    const side = getSide();
    const cut = new Error('cut');
    const body = arriving(cutEvery(LARGE.subarray(0, size - 500), 100_000), cut);
    const object = objectOf(side, LARGE.subarray(0, size), { body, sizeBytes });
    expect(await failureOf(side.writer.write(object, signal))).toBe(cut);
    expect(await side.read(object.name)).toBeUndefined();
    expect(await side.writer.look(side.bucket, object.name, signal)).toBeUndefined();
  });

  it.each([
    [1000, 999],
    [1000, 1001],
    [9 * MIB, 9 * MIB + 1],
    [9 * MIB, 9 * MIB - 1],
  ])('leaves nothing of a body of %i bytes that was to have %i', async (size, sizeBytes) => {
    const side = getSide();
    const object = objectOf(side, LARGE.subarray(0, size), { sizeBytes });
    expect(await failureOf(side.writer.write(object, signal))).toBeInstanceOf(Error);
    expect(await side.read(object.name)).toBeUndefined();
  });
});

describe('damaged bytes', () => {
  it.each([
    [1000, 1000],
    [9 * MIB, 9 * MIB],
    [20 * MIB, undefined],
  ])('never become an object (%i bytes, told: %p)', async (size, sizeBytes) => {
    // What is sent is not what was measured, as when a byte is changed on the way.
    const damaged = makeGcsObjectWriter(makeTestHttp({}, 2), storage.url, (block, previous) =>
      crc32c(Buffer.concat([block, Buffer.of(1)]), previous),
    );
    const object = objectOf(standIn, LARGE.subarray(0, size), { sizeBytes });
    expect(await failureOf(damaged.write(object, signal))).toMatchObject({ code: 'checksum-mismatch' });
    expect(await standIn.read(object.name)).toBeUndefined();
  });
});

describe('an upload that is refused', () => {
  it.each([
    [1000, 'POST'],
    [9 * MIB, 'PUT'],
  ])('is a missing right where it was to replace what is there (%i bytes)', async (size, method) => {
    const control = new StandInControl(storage.url);
    const bytes = LARGE.subarray(0, size);
    const object = objectOf(standIn, bytes);
    const first = await standIn.writer.write(object, signal);
    const replaces = first.kind === 'written' ? first.generation : '';
    await control.add({ method, path: '/upload/', times: 1, fault: { kind: 'status', status: 403 } });
    const again = { ...object, body: arriving(cutEvery(bytes, 100_000)), replaces };
    expect(await failureOf(standIn.writer.write(again, signal))).toMatchObject({ code: 'permission-denied' });
    await control.reset();
  });
});

describe('an upload that is cut off on its way', () => {
  it.each([
    ['the beginning of a session', 'POST', 9 * MIB],
    ['a session', 'PUT', 9 * MIB],
    ['a single request', 'POST', 1000],
  ])('during %s leaves nothing, and may be tried again', async (_name, method, size) => {
    const control = new StandInControl(storage.url);
    await control.add({ method, path: '/upload/', times: 1, fault: { kind: 'reset', at: 'headers' } });
    const bytes = LARGE.subarray(0, size);
    const object = objectOf(standIn, bytes);
    expect(await failureOf(standIn.writer.write(object, signal))).toMatchObject({ code: 'connection-lost' });
    expect(await standIn.read(object.name)).toBeUndefined();
    await control.reset();
    const again = { ...object, body: arriving(cutEvery(bytes, 100_000)) };
    expect((await standIn.writer.write(again, signal)).kind).toBe('written');
  });

  it.each([
    ['while its bytes are sent', 0, 404],
    ['while its bytes are sent', 0, 410],
    ['at its end', 1, 404],
    ['at its end', 1, 410],
  ])('%s (after %i requests, with %i) may be begun anew', async (_name, before, status) => {
    const control = new StandInControl(storage.url);
    const request = { method: 'PUT', path: '/upload/', times: 1 };
    if (before > 0) await control.add({ ...request, fault: { kind: 'pass' } });
    await control.add({ ...request, fault: { kind: 'status', status } });
    const bytes = LARGE.subarray(0, 9 * MIB);
    const object = objectOf(standIn, bytes);
    expect(await failureOf(standIn.writer.write(object, signal))).toMatchObject({
      code: 'unavailable',
      details: { status },
    });
    await control.reset();
    const again = { ...object, body: arriving(cutEvery(bytes, 100_000)) };
    expect((await standIn.writer.write(again, signal)).kind).toBe('written');
  });
});
