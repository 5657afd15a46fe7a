import { describe, expect, it } from '@jest/globals';
import { toTarget } from '../../../../src/domain/dicom/target.ts';
import { ConnectionLostError } from '../../../../src/domain/errors.ts';
import {
  leaveTombstone,
  readTombstone,
  restoreTombstone,
} from '../../../../src/usecases/deletion/tombstones.ts';
import { failureOf } from '../../../support/blocks.ts';
import { makeParts } from '../../../support/deletion-context.ts';
import { CLOCK_START_MS } from '../../../support/fake-clock.ts';

const NOW = new Date(CLOCK_START_MS).toISOString();
const EARLIER = '2025-01-01T00:00:00.000Z';
const study = toTarget({ study: '1' });
const series = toTarget({ study: '1', series: '2' });
const instance = toTarget({ study: '1', series: '2', instance: '3' });

const tombstones = ({ world }: ReturnType<typeof makeParts>) => Object.fromEntries(world.state.documents);

describe('a tombstone', () => {
  it.each([
    [study, { 'tombstones/1': { deletedAt: NOW, hasInstances: false } }],
    [
      series,
      {
        'tombstones/1/2': { deletedAt: NOW, hasInstances: false },
        'tombstones/1': { deletedAt: null, hasInstances: false },
      },
    ],
    [
      instance,
      {
        'tombstones/1/2/3': { deletedAt: NOW, hasInstances: false },
        'tombstones/1/2': { deletedAt: null, hasInstances: true },
        'tombstones/1': { deletedAt: null, hasInstances: false },
      },
    ],
  ])('of %j is left where ingest finds it from the study down', async (target, expected) => {
    const parts = makeParts();
    await expect(leaveTombstone(target, null, parts.deps, parts.invocation)).resolves.toBe(CLOCK_START_MS);
    expect(tombstones(parts)).toEqual(expected);
  });

  it('says what stood in its place', async () => {
    const parts = makeParts();
    await expect(readTombstone(series, parts.deps, parts.invocation)).resolves.toBeNull();
    parts.world.state.documents.set('tombstones/1/2', { deletedAt: EARLIER });
    await expect(readTombstone(series, parts.deps, parts.invocation)).resolves.toEqual({
      deletedAt: EARLIER,
      hasInstances: false,
    });
  });

  it.each([null, { deletedAt: EARLIER, hasInstances: true }])(
    'is left once, and its time told to whoever finds it: over %j',
    async (before) => {
      const parts = makeParts();
      if (before !== null) parts.world.state.documents.set('tombstones/1/2', before);
      parts.world.state.lostAnswers.replace.add([new ConnectionLostError('reset')]);
      const leave = () => leaveTombstone(series, before, parts.deps, parts.invocation);
      await expect(leave()).resolves.toBe(CLOCK_START_MS);
      parts.world.clock.advance(5000);
      await expect(leave()).resolves.toBe(CLOCK_START_MS);
      const hasInstances = before !== null;
      expect(tombstones(parts)['tombstones/1/2']).toEqual({ deletedAt: NOW, hasInstances });
    },
  );

  it('keeps what others say of the same study and series at the same time', async () => {
    const parts = makeParts();
    const targets = [instance, series, study, toTarget({ study: '1', series: '2', instance: '4' })];
    await Promise.all(targets.map((target) => leaveTombstone(target, null, parts.deps, parts.invocation)));
    expect(tombstones(parts)).toMatchObject({
      'tombstones/1': { deletedAt: NOW },
      'tombstones/1/2': { deletedAt: NOW, hasInstances: true },
    });
  });

  it('is given up for this time when it changes whenever it is to be changed', async () => {
    const parts = makeParts();
    parts.world.state.replace = () => Promise.resolve(undefined);
    await expect(failureOf(leaveTombstone(study, null, parts.deps, parts.invocation))).resolves.toMatchObject(
      {
        code: 'unavailable',
      },
    );
  });
});

describe('a tombstone that is taken back', () => {
  it.each([study, series, instance])(
    'leaves nothing in its place where there was nothing: %j',
    async (target) => {
      const parts = makeParts();
      await leaveTombstone(target, null, parts.deps, parts.invocation);
      await restoreTombstone(target, null, parts.deps, parts.invocation);
      expect(Object.values(tombstones(parts)).filter((one) => JSON.stringify(one).includes(NOW))).toEqual([]);
      await restoreTombstone(target, null, parts.deps, parts.invocation);
    },
  );

  it('leaves what stood there', async () => {
    const parts = makeParts();
    const before = { deletedAt: EARLIER, hasInstances: false };
    parts.world.state.documents.set('tombstones/1', before);
    await leaveTombstone(study, before, parts.deps, parts.invocation);
    await restoreTombstone(study, before, parts.deps, parts.invocation);
    expect(tombstones(parts)).toEqual({ 'tombstones/1': before });
  });

  it.each([
    [study, series],
    [series, instance],
  ])('%j still lets ingest find what was deleted below it', async (target, below) => {
    const parts = makeParts();
    await leaveTombstone(target, null, parts.deps, parts.invocation);
    await leaveTombstone(below, null, parts.deps, parts.invocation);
    const expected = { deletedAt: null, hasInstances: target === series };
    await restoreTombstone(target, null, parts.deps, parts.invocation);
    expect(Object.values(tombstones(parts))).toContainEqual(expected);
  });

  it('lets ingest find also what is left below it at the same moment', async () => {
    const parts = makeParts();
    const { state } = parts.world;
    const remove = state.remove.bind(state);
    await leaveTombstone(study, null, parts.deps, parts.invocation);
    state.remove = async (...args) => {
      await leaveTombstone(series, null, parts.deps, parts.invocation);
      await remove(...args);
    };
    await restoreTombstone(study, null, parts.deps, parts.invocation);
    expect(tombstones(parts)['tombstones/1']).toEqual({ deletedAt: null, hasInstances: false });
  });
});
