import { describe, expect, it } from '@jest/globals';
import { DeletionWorld, everyInstanceBut } from '../../../support/deletion-world.ts';

const SERIES = { study: '1.1', series: '1.1.1' };
const COUNTS: [number, number, number] = [2, 2, 3];

const erase = (id: string, changes: object = {}) => ({ action: 'delete', id, targets: [SERIES], ...changes });

function makeWorld(options: ConstructorParameters<typeof DeletionWorld>[0] = {}): DeletionWorld {
  const world = new DeletionWorld(options);
  world.fill(...COUNTS);
  return world;
}

describe('a delivery', () => {
  it('of another content under a known id is refused, and the first goes on', async () => {
    const world = makeWorld();
    await world.deliver(erase('a'));
    await expect(
      world.deliver(erase('a', { targets: [{ study: '1.2' }] }), { messageId: 'm9' }),
    ).resolves.toBe(204);
    expect(world.commandReports.at(-1)).toMatchObject({
      reportId: 'delete:refused:m9',
      id: 'a',
      problems: ['id: was used before, for a command with another content'],
    });
    await world.settle();
    expect(world.archive.uids()).toEqual(everyInstanceBut(COUNTS, ['1.1/1.1.1']));
  });

  it.each([
    ['too long ago is refused', 1, 'failed', 12],
    ['just in time is accepted', 0, 'complete', 9],
  ])('published %s', async (_, lateMs, status, left) => {
    const world = makeWorld();
    const publishedAgoMs = world.settings.commandMaxAgeMs + lateMs;
    await world.deliver(erase('a'), { publishedAgoMs });
    await world.settle();
    expect(world.finalReport('a').status).toBe(status);
    expect(world.archive.uids()).toHaveLength(left);
  });

  it('that comes again too late goes on with what was accepted in time', async () => {
    const world = makeWorld();
    await world.deliver(erase('a'), { messageId: 'm' });
    world.clock.advance(world.settings.commandMaxAgeMs);
    await world.deliver(erase('a'), { messageId: 'm', publishedAgoMs: 2 * world.settings.commandMaxAgeMs });
    await world.settle();
    expect(world.finalReport('a').status).toBe('complete');
  });

  it('that comes again after the end gets the same report, and deletes nothing', async () => {
    const world = makeWorld();
    await world.run(erase('a'));
    world.fill(...COUNTS);
    const reports = world.commandReports.length;
    await world.deliver(erase('a'));
    expect(world.commandReports).toHaveLength(reports + 1);
    expect(world.finalReport('a')).toMatchObject({ counts: { deleted: 3 } });
    expect(world.isOpen).toBe(false);
    expect(world.archive.operationsStarted).toBe(1);
  });

  it('without an id of its own goes by the id of its message', async () => {
    const world = makeWorld();
    await world.deliver({ action: 'delete', targets: [SERIES] }, { messageId: '7001' });
    await world.settle();
    expect(world.finalReport('7001').status).toBe('complete');
  });
});

describe('a tick', () => {
  it('that finds nothing open lists once, and does nothing else', async () => {
    const world = makeWorld();
    await expect(world.tick()).resolves.toBe(204);
    expect(world.lastEffects).toBe(1);
  });

  it('that finds the lease taken acknowledges at once', async () => {
    const world = makeWorld();
    await world.deliver(erase('a'));
    const lease = world.state.documents.get('deleting/lease.json') as object;
    world.state.documents.set('deleting/lease.json', { ...lease, holder: 'x', until: world.clock.now() + 1 });
    await expect(world.tick()).resolves.toBe(204);
    expect(world.lastEffects).toBe(2);
    world.clock.advance(1);
    await world.tick();
    expect(world.lastEffects).toBeGreaterThan(2);
  });

  it('tells how far a command has come that has more to do than one call can', async () => {
    const world = makeWorld({ settings: { maxOperations: 1 }, archive: { operationLengthMs: 70_000 } });
    await world.run(erase('a', { targets: [SERIES, { study: '1.2' }] }));
    const progress = world.commandReports.filter(({ final }) => !final);
    expect(progress).toMatchObject([{ id: 'a', status: 'running', progress: { ended: 1, targets: 2 } }]);
  });
});
