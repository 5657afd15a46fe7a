import { describe, expect, it } from '@jest/globals';
import { toTarget } from '../../../../src/domain/dicom/target.ts';
import { PermissionDeniedError } from '../../../../src/domain/errors.ts';
import { prepareTarget } from '../../../../src/usecases/deletion/prepare.ts';
import { stepTarget } from '../../../../src/usecases/deletion/step-target.ts';
import { failureOf } from '../../../support/blocks.ts';
import { makeContext } from '../../../support/deletion-context.ts';

const target = toTarget({ study: '1.1', series: '1.1.1' });
const KNOWN = { id: 'a', known: { kind: 'list', instances: { '1.1.1': ['1.1.1.1', '1.1.1.2'] } } } as const;

describe('a target whose tombstone was not left, or was taken back, when a process died', () => {
  const settings = { deleteDelayMs: 2000 };

  async function prepareWithoutTombstone(before?: object): ReturnType<typeof makeContext> {
    const parts = await makeContext({ settings });
    parts.world.fill(1, 1, 2);
    if (before !== undefined) parts.world.state.documents.set('tombstones/1.1/1.1.1', before);
    // The ledger is written, and the tombstone is not.
    parts.world.state.faults.replace.add([null, new PermissionDeniedError('no')]);
    await failureOf(prepareTarget(target, KNOWN, undefined, parts.context));
    return parts;
  }

  it('is not asked for before one has been noticed', async () => {
    const { world, context } = await prepareWithoutTombstone();
    world.clock.advance(settings.deleteDelayMs);
    const { notBefore } = await stepTarget(target, ['a'], context);
    expect(world.state.documents.has('tombstones/1.1/1.1.1')).toBe(true);
    expect(notBefore).toBe(world.clock.now() + settings.deleteDelayMs);
    expect([world.archive.requests, context.lease.active]).toEqual([[], []]);
    world.clock.advance(settings.deleteDelayMs);
    await stepTarget(target, ['a'], context);
    expect(world.archive.requests).toEqual(['1.1/1.1.1']);
  });

  it.each([undefined, { deletedAt: '2020-01-01T00:00:00.000Z', hasInstances: false }])(
    'has what stood in its place when it is held by now: %j',
    async (before) => {
      const { world, context } = await prepareWithoutTombstone(before);
      world.hold('1.1');
      world.clock.advance(settings.deleteDelayMs);
      await stepTarget(target, ['a'], context);
      expect(world.state.documents.get('deletions/1.1/1.1.1.json')).toMatchObject({
        result: { outcome: 'held' },
      });
      expect(world.state.documents.get('tombstones/1.1/1.1.1')).toEqual(before);
    },
  );
});
