import { describe, expect, it } from '@jest/globals';
import { DeletionWorld, everyInstanceBut } from '../../../support/deletion-world.ts';

const HOUR_MS = 3_600_000;
const COUNTS: [number, number, number] = [2, 1, 1];

const command = (id: string, study: string) => ({ action: 'delete', id, targets: [{ study }] });

describe('a request whose answer was lost', () => {
  it('does not wait for the operations of other targets, whose names are known', async () => {
    const world = new DeletionWorld({ settings: { deleteDelayMs: 0 } });
    world.fill(...COUNTS);
    world.archive.settings.operationLengthMs = 8 * HOUR_MS;
    await world.deliver(command('long', '1.1'));
    world.archive.settings.operationLengthMs = 0;
    world.archive.reactions.push('unavailable');
    await world.deliver(command('lost', '1.2'));
    for (let minute = 0; minute < 15; minute += 1) {
      world.clock.advance(60_000);
      await world.tick();
    }
    expect(world.finalReport('lost')).toMatchObject({ status: 'complete', operations: 2 });
    expect(world.archive.uids()).toEqual(everyInstanceBut(COUNTS, ['1.2']));
    expect(world.archive.operationsRunning).toBe(1);
  });

  it('waits for an operation that it may have begun, whoever has', async () => {
    const world = new DeletionWorld({ settings: { deleteDelayMs: 0 } });
    world.fill(...COUNTS);
    world.archive.reactions.push('unavailable');
    await world.deliver(command('lost', '1.2'));
    world.archive.beginOther('DeleteStudy', HOUR_MS);
    for (let minute = 0; minute < 30; minute += 1) {
      world.clock.advance(60_000);
      await world.tick();
    }
    expect(world.archive.requests).toEqual(['1.2']);
    await world.settle();
    expect(world.archive.requests).toEqual(['1.2', '1.2']);
    expect(world.finalReport('lost')).toMatchObject({ status: 'complete', operations: 2 });
  });

  it('looks at every deletion where it was not noted when it was sent', async () => {
    const world = new DeletionWorld({ settings: { deleteDelayMs: 0 } });
    world.fill(...COUNTS);
    world.archive.reactions.push('unavailable');
    await world.deliver(command('lost', '1.2'));
    const name = 'deletions/1.2.json';
    world.state.documents.set(name, { ...(world.state.documents.get(name) as object), requestedAt: null });
    await world.settle();
    expect(world.finalReport('lost')).toMatchObject({ status: 'complete', operations: 2 });
  });

  it('is told to nobody who has been told already, where it takes too long', async () => {
    const world = new DeletionWorld({
      settings: { deleteDelayMs: 0 },
      archive: { operationLengthMs: 30 * HOUR_MS },
    });
    world.fill(...COUNTS);
    await world.deliver(command('slow', '1.2'));
    const name = 'deletions/1.2.json';
    const entry = world.state.documents.get(name) as { commands: string[] };
    world.state.documents.set(name, { ...entry, commands: ['finished', ...entry.commands] });
    world.clock.advance(25 * HOUR_MS);
    await world.tick();
    const stuck = world.commandReports.filter(({ problems }) => problems.join().includes('stuck'));
    expect(stuck).toMatchObject([{ id: 'slow', final: false, progress: { ended: 0, targets: 1 } }]);
  });
});
