import { describe, expect, it } from '@jest/globals';
import { LEASE_NAME } from '../../../../src/domain/deletion/deletion-names.ts';
import { DeletionWorld } from '../../../support/deletion-world.ts';

const MINUTE_MS = 60_000;

describe('more open commands than one call has time to look at', () => {
  it('are done, some after the others', async () => {
    const world = new DeletionWorld();
    world.fill(60, 1, 1);
    const ids = Array.from({ length: 60 }, (_, index) => `c${index + 1}`);
    const until = world.clock.now() + MINUTE_MS;
    world.state.documents.set(LEASE_NAME, { holder: 'other', until, revision: 1, active: [] });
    for (const [index, id] of ids.entries())
      await world.deliver({ action: 'delete', id, targets: [{ study: `1.${index + 1}` }] });
    const read = world.state.read.bind(world.state);
    world.state.read = (...call) => {
      world.clock.advance(500);
      return read(...call);
    };
    await world.settle();
    for (const id of ids) expect(world.finalReport(id)).toMatchObject({ counts: { deleted: 1 } });
  });
});
