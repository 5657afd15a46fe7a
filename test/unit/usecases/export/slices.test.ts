import { describe, expect, it } from '@jest/globals';
import type { InstanceUids } from '../../../../src/domain/dicom/instance-uids.ts';
import {
  DeadlineExceededError,
  PermissionDeniedError,
  ThrottledError,
  UnavailableError,
} from '../../../../src/domain/errors.ts';
import type { SliceMessage } from '../../../../src/domain/export/slice-message.ts';
import { WRITE_CALL } from '../../../../src/ports/object-writer.ts';
import { failureOf } from '../../../support/blocks.ts';
import { COMMAND, ExportWorld, makeInstances, nameOf } from '../../../support/export-world.ts';

const SLICE: SliceMessage = { action: 'export-slice', id: 'trial', slice: 0 };

/** One slice, planned and not yet done. */
const planned = async (count = 4, options = {}): Promise<ExportWorld> => {
  const world = new ExportWorld({
    policy: { maxAttempts: 1 },
    settings: { sliceInstances: 100, ...options },
  });
  makeInstances(count).forEach((uids) => world.put(uids));
  await world.begin(COMMAND);
  world.slices.messages.length = 0;
  return world;
};

/** Makes that retrieving these does not work. @returns what makes it work again. */
const poison = (
  world: ExportWorld,
  isPoison: (uids: InstanceUids) => boolean,
  error: Error,
): (() => void) => {
  const retrieve = world.retrieval.retrieve.bind(world.retrieval);
  world.retrieval.retrieve = (request, signal) =>
    isPoison(request.uids) ? Promise.reject(error) : retrieve(request, signal);
  return () => {
    world.retrieval.retrieve = retrieve;
  };
};
const isFirst = ({ sopInstanceUid }: InstanceUids): boolean => sopInstanceUid === '1.2.9.1';

describe('a slice', () => {
  it('goes on where it stopped, and retrieves nothing twice', async () => {
    const world = await planned(8);
    const heal = poison(world, isFirst, new UnavailableError('down'));
    expect(await failureOf(world.slice(SLICE))).toBeInstanceOf(UnavailableError);
    const before = world.retrieval.requests.length;
    heal();
    await world.slice(SLICE);
    expect(world.report).toMatchObject({ status: 'complete', counts: { exported: 8 } });
    expect([before, world.retrieval.requests.length]).toEqual([7, 8]);
  });

  it('that was killed finds what it has made, without retrieving it again', async () => {
    const world = await planned(5);
    // Killed: it has left its objects, and no word of them.
    const createLines = world.state.createLines.bind(world.state);
    world.state.createLines = () => Promise.reject(new TypeError('killed'));
    expect(await failureOf(world.slice(SLICE))).toBeInstanceOf(TypeError);
    world.state.createLines = createLines;
    const before = world.retrieval.requests.length;
    await world.slice(SLICE);
    expect(world.report).toMatchObject({ status: 'complete', counts: { 'already-exported': 5 } });
    expect(world.retrieval.requests.length).toBe(before);
  });

  it('begins nothing more when its time is nearly up', async () => {
    const world = await planned(8, { concurrency: 1 });
    const retrieve = world.retrieval.retrieve.bind(world.retrieval);
    world.retrieval.retrieve = (request, signal) => {
      world.clock.advance(250_000);
      return retrieve(request, signal);
    };
    expect(await failureOf(world.slice(SLICE))).toBeInstanceOf(DeadlineExceededError);
    expect(world.buckets.objects.size).toBe(3);
    for (let delivery = 0; delivery < 3; delivery += 1) await world.slice(SLICE).catch(() => undefined);
    expect(world.report).toMatchObject({ status: 'complete', counts: { exported: 8 } });
  });

  it('leaves word though its time is up', async () => {
    const world = await planned(4);
    const timeUp = new AbortController();
    const retrieve = world.retrieval.retrieve.bind(world.retrieval);
    world.retrieval.retrieve = (request, signal) => {
      if (isFirst(request.uids)) timeUp.abort(new DeadlineExceededError('up'));
      return retrieve(request, signal);
    };
    const invocation = world.invocation({ signal: timeUp.signal });
    expect(await failureOf(world.slice(SLICE, invocation))).toBeInstanceOf(DeadlineExceededError);
    const words = [...world.state.documents.keys()].filter((name) => name.includes('/slices/'));
    expect(words.some((name) => name.endsWith('-over.json'))).toBe(true);
  });

  it('does not keep others waiting for an instance that fails', async () => {
    const world = await planned(30, { concurrency: 2 });
    poison(world, isFirst, new UnavailableError('down'));
    await world.slice(SLICE).catch(() => undefined);
    expect(world.buckets.objects.size).toBe(29);
  });

  it('begins nothing more where nothing works', async () => {
    const world = await planned(30, { concurrency: 2 });
    let tries = 0;
    world.retrieval.retrieve = () => {
      tries += 1;
      return Promise.reject(new UnavailableError('down'));
    };
    await world.slice(SLICE).catch(() => undefined);
    expect(tries).toBeLessThanOrEqual(3);
  });

  it('gives up what three deliveries have come no further with, and ends partial', async () => {
    const world = await planned(4);
    poison(world, isFirst, new UnavailableError('down'));
    // The first delivery makes the others, and three more come to nothing.
    for (let delivery = 1; delivery <= 4; delivery += 1) {
      expect(await failureOf(world.slice(SLICE))).toBeInstanceOf(UnavailableError);
      world.clock.advance(1000);
    }
    await world.slice(SLICE);
    expect(world.report).toMatchObject({ status: 'partial', counts: { exported: 3, failed: 1 } });
    expect(world.report.problems[0]).toMatch(/no-progress: 3 deliveries came no further/);
    expect(world.buckets.names('exports')).not.toContain(
      nameOf({ studyInstanceUid: '1.2', seriesInstanceUid: '1.2.1', sopInstanceUid: '1.2.9.1' }),
    );
  });

  it('gives nothing up because it may not write', async () => {
    const world = await planned(4);
    const refused = new PermissionDeniedError('no right', { details: { call: WRITE_CALL } });
    const write = world.buckets.write.bind(world.buckets);
    world.buckets.write = () => Promise.reject(refused);
    for (let delivery = 1; delivery <= 5; delivery += 1) {
      expect(await failureOf(world.slice(SLICE))).toBe(refused);
      world.clock.advance(1000);
    }
    world.buckets.write = write;
    await world.slice(SLICE);
    expect(world.report).toMatchObject({ status: 'complete', counts: { exported: 4 } });
  });

  it('counts a delivery that was killed once it can be running no more', async () => {
    const world = await planned(1);
    const create = world.state.create.bind(world.state);
    world.retrieval.retrieve = () => Promise.reject(new TypeError('killed'));
    world.state.create = (name, content, signal) =>
      name.endsWith('-over.json') ? Promise.reject(new TypeError('killed')) : create(name, content, signal);
    for (let delivery = 1; delivery <= 3; delivery += 1) {
      expect(await failureOf(world.slice(SLICE))).toBeInstanceOf(TypeError);
      world.clock.advance(1000);
    }
    // They may all be running still.
    expect(await failureOf(world.slice(SLICE))).toBeInstanceOf(TypeError);
    world.clock.advance(700_000);
    await world.slice(SLICE);
    expect(world.report).toMatchObject({ status: 'failed', counts: { failed: 1 } });
  });

  it.each([
    ['the store throttles', new ThrottledError('slow down'), false],
    ['the store answers no search either', new UnavailableError('down'), true],
  ])('does not count deliveries in which %s', async (_name, error, isSearchDown) => {
    const world = await planned(2);
    const heal = poison(world, () => true, error);
    const search = world.archive.search.bind(world.archive);
    if (isSearchDown) world.archive.search = () => Promise.reject(error);
    for (let delivery = 1; delivery <= 6; delivery += 1) {
      expect(await failureOf(world.slice(SLICE))).toBe(error);
      world.clock.advance(700_000);
    }
    heal();
    world.archive.search = search;
    await world.slice(SLICE);
    expect(world.report).toMatchObject({ status: 'complete', counts: { exported: 2 } });
  });

  it('is given back where what is there cannot be looked at', async () => {
    const world = await planned(2);
    world.retrieval.faults.retrieve.push(new UnavailableError('a'), new UnavailableError('b'));
    await world.slice(SLICE).catch(() => undefined);
    const down = new UnavailableError('down');
    world.buckets.faults.look.push(down);
    expect(await failureOf(world.slice(SLICE))).toBe(down);
  });

  it('that is done is not done again, and says nothing', async () => {
    const world = await planned(4, { sliceInstances: 2 });
    await world.slice(SLICE);
    const [requests, reports] = [world.retrieval.requests.length, world.reports.length];
    await world.slice(SLICE);
    expect([world.retrieval.requests.length, world.reports.length]).toEqual([requests, reports]);
  });

  it('takes no notice of documents that are none of its own', async () => {
    const world = await planned(1);
    world.state.documents.set('exports/trial/slices/000000/readme.txt', {});
    await world.slice(SLICE);
    expect(world.report.status).toBe('complete');
  });

  it.each(['exports/trial/plan/', 'exports/trial/parts/'])(
    'is given back where %s has lost something',
    async (folder) => {
      const world = await planned(1);
      const readLines = world.state.readLines.bind(world.state);
      world.state.readLines = (name, signal) =>
        name.startsWith(folder) ? Promise.resolve(undefined) : readLines(name, signal);
      expect(await failureOf(world.slice(SLICE))).toBeInstanceOf(Error);
      world.state.readLines = readLines;
      await world.slice(SLICE);
      expect(world.report.status).toBe('complete');
    },
  );

  it('says how far it is only so often', async () => {
    const world = new ExportWorld({ settings: { sliceInstances: 1 } });
    makeInstances(40).forEach((uids) => world.put(uids));
    await world.run(COMMAND);
    expect(world.reports.filter(({ final }) => !final)).toHaveLength(10);
  });
});
