import { describe, expect, it } from '@jest/globals';
import type { InstanceUids } from '../../../../src/domain/dicom/instance-uids.ts';
import { DeadlineExceededError, UnavailableError } from '../../../../src/domain/errors.ts';
import type { SliceMessage } from '../../../../src/domain/export/slice-message.ts';
import { failureOf } from '../../../support/blocks.ts';
import { COMMAND, ExportWorld, makeInstances, nameOf } from '../../../support/export-world.ts';

const SLICE: SliceMessage = { action: 'export-slice', id: 'trial', slice: 0 };

/** All of one series. */
function makeSeries(count: number): InstanceUids[] {
  return makeInstances(count).map((uids) => ({ ...uids, seriesInstanceUid: '1.2.1' }));
}

async function plannedOf(instances: readonly InstanceUids[], options = {}): Promise<ExportWorld> {
  const world = new ExportWorld({
    policy: { maxAttempts: 1 },
    settings: { sliceInstances: 100, ...options },
  });
  instances.forEach((uids) => world.put(uids));
  await world.begin(COMMAND);
  world.slices.messages.length = 0;
  return world;
}

const planned = (count: number, options = {}): Promise<ExportWorld> =>
  plannedOf(makeInstances(count), options);
const plannedSeries = (count: number, options = {}): Promise<ExportWorld> =>
  plannedOf(makeSeries(count), options);

/** The requests for a series as a whole. */
const streams = (world: ExportWorld): readonly string[] =>
  world.retrieval.requests.filter((request) => !request.includes('/instances/'));

describe('a series as one stream', () => {
  const series = { retrieveBy: 'series' as const };
  it('brings all of its instances, and leaves single ones to be asked for by themselves', async () => {
    const world = await planned(7, series);
    await world.slice(SLICE);
    expect(world.report).toMatchObject({ status: 'complete', counts: { exported: 7 } });
    expect(streams(world)).toHaveLength(2);
    expect(world.retrieval.requests).toHaveLength(3);
  });

  it('that would not fit into a slice any more begins the next one', async () => {
    // Of three each, so that a slice holds one.
    const world = await planned(9, { ...series, sliceInstances: 5 });
    for (const slice of [0, 1, 2]) await world.slice({ ...SLICE, slice });
    expect(world.report).toMatchObject({ status: 'complete', counts: { exported: 9 } });
    expect(streams(world)).toHaveLength(3);
    expect(world.retrieval.requests).toHaveLength(3);
  });

  it('that is larger than a slice is not carried once for each of its parts', async () => {
    const world = await plannedSeries(7, {
      ...series,
      sliceInstances: 3,
    });
    for (const slice of [0, 1, 2]) await world.slice({ ...SLICE, slice });
    expect(world.report).toMatchObject({ status: 'complete', counts: { exported: 7 } });
    expect(streams(world)).toHaveLength(0);
  });

  it('behind one that was cut is whole again', async () => {
    const behind = makeInstances(2).map((uids) => ({
      ...uids,
      seriesInstanceUid: '1.2.2',
      sopInstanceUid: `1.2.99.${uids.sopInstanceUid}`,
    }));
    const world = await plannedOf([...makeSeries(4), ...behind], { ...series, sliceInstances: 3 });
    for (const slice of [0, 1]) await world.slice({ ...SLICE, slice });
    expect(world.report).toMatchObject({ status: 'complete', counts: { exported: 6 } });
    expect(streams(world)).toEqual(['studies/1.2/series/1.2.2']);
  });

  it('that comes again on a later page is known to be cut from then on', async () => {
    const world = new ExportWorld({
      policy: { maxAttempts: 1 },
      settings: { ...series, sliceInstances: 4 },
      paging: { pageSize: 4, mostOffset: 1000 },
    });
    makeSeries(12).forEach((uids, index) => {
      world.put({ ...uids, seriesInstanceUid: `1.2.${1 + (index % 2)}` });
    });
    await world.run(COMMAND);
    expect(world.report).toMatchObject({ status: 'complete', counts: { exported: 12 } });
    // Those of the first slice, of which each is closed as soon as it has brought too much.
    expect(streams(world).length).toBeLessThanOrEqual(2);
  });

  it('that brings more than was planned, over and over, is closed', async () => {
    const world = await plannedSeries(3, series);
    makeInstances(100)
      .slice(3)
      .forEach((uids) => world.put({ ...uids, seriesInstanceUid: '1.2.1' }));
    await world.slice(SLICE);
    expect(world.report.counts).toEqual({ exported: 3 });
    expect(world.retrieval.streamed).toBe(7);
  });

  it('that is cut is filled up instance by instance', async () => {
    const world = await planned(3, series);
    world.retrieval.seriesCutAfter = 1;
    await world.slice(SLICE);
    expect(world.report).toMatchObject({ status: 'complete', counts: { exported: 3 } });
    expect(world.retrieval.requests).toHaveLength(3);
  });

  it('leaves what is there already, and what is none of the slice’s, alone', async () => {
    const world = await planned(3, series);
    const [own, other] = makeInstances(2);
    if (own === undefined || other === undefined) throw new Error('There should be two.');
    world.buckets.put(`exports/${nameOf(own)}`, Buffer.from('other'));
    world.put({ ...other, sopInstanceUid: '1.2.9.99' });
    world.retrieval.put(
      { ...other, sopInstanceUid: '1.2.9.98' },
      { original: Buffer.from('no DICOM at all') },
    );
    await world.slice(SLICE);
    expect(world.report.counts).toEqual({ exported: 2, conflict: 1 });
  });

  it('is given up where nothing can be written, and the rest tried one by one', async () => {
    const world = await planned(3, { ...series, concurrency: 1 });
    world.buckets.faults.write.push(new UnavailableError('down'));
    await world.slice(SLICE);
    expect(world.report).toMatchObject({ status: 'complete', counts: { exported: 3 } });
  });

  it('is not hidden where it fails by a mistake', async () => {
    const world = await planned(3, series);
    world.retrieval.faults.retrieveSeries.push(new TypeError('a mistake'));
    expect(await failureOf(world.slice(SLICE))).toBeInstanceOf(TypeError);
  });

  it('is held up by an instance that is too large to be held', async () => {
    const world = await planned(3, series);
    const [one] = makeInstances(1);
    if (one === undefined) throw new Error('There should be one.');
    const small = world.put(one);
    const large = Buffer.concat([small, Buffer.alloc(5 * 1024 * 1024)]);
    world.retrieval.put(one, { original: large });
    await world.slice(SLICE);
    expect(world.buckets.objects.get(`exports/${nameOf(one)}`)?.bytes.length).toBe(large.length);
  });
});

describe('RETRIEVE_BY=auto', () => {
  const auto = { retrieveBy: 'auto' as const, sliceInstances: 100 };
  it('takes the first instance of a series by itself, and small ones behind it as a stream', async () => {
    const world = await plannedSeries(30, auto);
    await world.slice(SLICE);
    expect(world.report).toMatchObject({ status: 'complete', counts: { exported: 30 } });
    expect(streams(world)).toHaveLength(1);
    expect(world.retrieval.requests).toHaveLength(2);
  });

  it('asks for each of a few instances by itself', async () => {
    const world = await plannedSeries(7, auto);
    await world.slice(SLICE);
    expect(world.report).toMatchObject({ status: 'complete', counts: { exported: 7 } });
    expect(streams(world)).toHaveLength(0);
  });

  it('asks for each of large instances by itself', async () => {
    const world = await plannedSeries(30, auto);
    for (const uids of makeSeries(30)) {
      const large = Buffer.concat([world.put(uids), Buffer.alloc(1024 * 1024)]);
      world.retrieval.put(uids, { original: large });
    }
    await world.slice(SLICE);
    expect(world.report).toMatchObject({ status: 'complete', counts: { exported: 30 } });
    expect(streams(world)).toHaveLength(0);
  });

  it('goes on with the others as soon as the first is known to be large', async () => {
    const world = await plannedSeries(10, auto);
    for (const uids of makeSeries(10)) {
      const large = Buffer.concat([world.put(uids), Buffer.alloc(1024 * 1024)]);
      world.retrieval.put(uids, { original: large });
    }
    const othersDone = Promise.withResolvers<undefined>();
    const write = world.buckets.write.bind(world.buckets);
    let [begun, written] = [0, 0];
    world.buckets.write = async (object, signal) => {
      begun += 1;
      // The first one is not written before all others are.
      if (begun === 1) await othersDone.promise;
      const answer = await write(object, signal);
      written += 1;
      if (written === 9) othersDone.resolve(undefined);
      return answer;
    };
    await world.slice(SLICE);
    expect(world.report).toMatchObject({ status: 'complete', counts: { exported: 10 } });
    expect(world.retrieval.requests).toHaveLength(10);
  });

  it('exports the first instances of several series at once', async () => {
    const world = await plannedOf(
      makeInstances(30).map((uids, index) => ({ ...uids, seriesInstanceUid: `1.2.${1 + (index % 3)}` })),
      auto,
    );
    const allBegun = Promise.withResolvers<undefined>();
    const retrieve = world.retrieval.retrieve.bind(world.retrieval);
    let begun = 0;
    world.retrieval.retrieve = async (request, signal) => {
      begun += 1;
      if (begun === 3) allBegun.resolve(undefined);
      await allBegun.promise;
      return retrieve(request, signal);
    };
    await world.slice(SLICE);
    expect(world.report).toMatchObject({ status: 'complete', counts: { exported: 30 } });
    expect(streams(world)).toHaveLength(3);
  });

  it('fails where it is a mistake that keeps the first instance from being exported', async () => {
    const world = await plannedSeries(30, auto);
    world.retrieval.faults.retrieve.push(new TypeError('a mistake'));
    expect(await failureOf(world.slice(SLICE))).toBeInstanceOf(TypeError);
  });

  it('begins nothing behind a first instance that there was no time for', async () => {
    const world = await plannedSeries(30, auto);
    const readLines = world.state.readLines.bind(world.state);
    world.state.readLines = (name, signal) => {
      world.clock.advance(590_000);
      return readLines(name, signal);
    };
    expect(await failureOf(world.slice(SLICE))).toBeInstanceOf(DeadlineExceededError);
    expect(world.retrieval.requests).toHaveLength(0);
  });

  it('begins no stream for the instances that were asked for one by one', async () => {
    const world = new ExportWorld({
      settings: {
        ...auto,
        limits: { destinations: [{ bucket: 'exports', prefix: '' }], maxTargets: 100, allowOverwrite: true },
      },
    });
    const instances = makeSeries(30);
    instances.forEach((uids) => world.put(uids));
    const targets = instances.map((uids) => ({
      study: uids.studyInstanceUid,
      series: uids.seriesInstanceUid,
      instance: uids.sopInstanceUid,
    }));
    await world.run({ ...COMMAND, targets });
    expect(world.report).toMatchObject({ status: 'complete', counts: { exported: 30 } });
    expect(streams(world)).toHaveLength(0);
  });

  it('goes on with the others where the first instance of a series fails', async () => {
    const world = await plannedSeries(30, auto);
    world.buckets.faults.write.push(new UnavailableError('down'));
    await world.slice(SLICE);
    expect(world.report).toMatchObject({ status: 'complete', counts: { exported: 30 } });
  });
});
