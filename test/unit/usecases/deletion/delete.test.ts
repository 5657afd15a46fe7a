import { describe, expect, it } from '@jest/globals';
import { DeletionWorld, everyInstanceBut } from '../../../support/deletion-world.ts';

const SERIES = { study: '1.1', series: '1.1.1' };

const command = (changes: object = {}) => ({
  action: 'delete',
  id: 'erase-7',
  targets: [SERIES],
  ...changes,
});

describe('a delete command', () => {
  it('deletes the series that it names, and nothing else', async () => {
    const world = new DeletionWorld();
    world.fill(2, 2, 3);
    const report = await world.run(command());
    expect(report).toMatchObject({
      reportId: 'delete:erase-7',
      kind: 'delete',
      final: true,
      status: 'complete',
      counts: { deleted: 3 },
      targets: [{ study: '1.1', series: '1.1.1', outcome: 'deleted', reason: null, counts: { deleted: 3 } }],
      problems: [],
      operations: 1,
    });
    expect(world.archive.uids()).toEqual(everyInstanceBut([2, 2, 3], ['1.1/1.1.1']));
  });
});
