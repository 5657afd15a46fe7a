import { describe, expect, it } from '@jest/globals';
import { DeletionWorld, everyInstanceBut } from '../../support/deletion-world.ts';

// In memory, where the pages of a store and of a bucket can be as short as they like.

describe('defect 13', () => {
  it('lists longer than the default page are read to the end: the instances of a series', async () => {
    const world = new DeletionWorld({ archive: { maxPage: 7 }, settings: { deleteDelayMs: 0 } });
    world.fill(1, 2, 250);
    const command = { action: 'delete', id: 'long', targets: [{ study: '1.1', series: '1.1.2' }] };
    const report = await world.run({ ...command, expect: { instances: 250 } });
    expect(report).toMatchObject({ status: 'complete', counts: { deleted: 250 }, operations: 1 });
    expect(world.archive.uids()).toEqual(everyInstanceBut([1, 2, 250], ['1.1/1.1.2']));
  });

  it('lists longer than the default page are read to the end: what an operation has left', async () => {
    const world = new DeletionWorld({
      archive: { maxPage: 7, outcome: 'partial', instancesLeft: 30, operationCounter: 'absent' },
      settings: { deleteDelayMs: 0 },
    });
    world.fill(1, 2, 50);
    const command = { action: 'delete', id: 'left', targets: [{ study: '1.1', series: '1.1.1' }] };
    expect(await world.run(command)).toMatchObject({ status: 'complete', counts: { deleted: 50 } });
    expect(world.archive.uids()).toEqual(everyInstanceBut([1, 2, 50], ['1.1/1.1.1']));
  });

  it('lists longer than the default page are read to the end: targets, commands, holds and results', async () => {
    const world = new DeletionWorld({ pageSize: 3, settings: { deleteDelayMs: 0 } });
    world.fill(1, 40, 1);
    for (let series = 1; series <= 8; series += 1) world.hold(`1.1/1.1.${series}`);
    const targets = Array.from({ length: 40 }, (_, index) => ({ study: '1.1', series: `1.1.${index + 1}` }));
    const report = await world.run({ action: 'delete', id: 'many', targets });
    expect(report).toMatchObject({ status: 'partial', targetCount: 40, counts: { deleted: 32, held: 8 } });
    const held = Array.from({ length: 8 }, (_, index) => `1.1/1.1.${index + 1}/1.1.${index + 1}.1`);
    expect(world.archive.uids()).toEqual(held.sort());
    expect([...world.state.documents.keys()].filter((name) => name.startsWith('deleting/results'))).toEqual(
      [],
    );
  });

  it('lists longer than the default page are read to the end: the operations that a lost request may have begun', async () => {
    const world = new DeletionWorld({
      archive: { operationsPerPage: 2, operationLengthMs: 600_000 },
      settings: { deleteDelayMs: 0 },
    });
    world.fill(1, 2, 2);
    for (let other = 0; other < 9; other += 1) world.archive.beginOther('ImportDicomData', 1000);
    world.archive.reactions.push('lost');
    const command = { action: 'delete', id: 'lost', targets: [{ study: '1.1', series: '1.1.1' }] };
    const report = await world.run(command);
    // It was found among the others, wherever it stood, and waited for.
    expect(world.archive.requests).toEqual(['1.1/1.1.1']);
    expect(report).toMatchObject({ status: 'complete', counts: { deleted: 2 }, operations: 1 });
  });
});
