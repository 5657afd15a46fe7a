import { describe, expect, it } from '@jest/globals';
import { DeletionWorld, everyInstanceBut } from '../../../support/deletion-world.ts';
import { killPointsOf } from '../../../support/port-gate.ts';

const COMMAND = {
  action: 'delete',
  id: 'erase-7',
  targets: [
    { study: '1.1', series: '1.1.1' },
    { study: '1.2' },
    { study: '1.3', series: '1.3.1', instance: '1.3.1.2' },
    { study: '1.3', series: '1.3.2' },
    { study: '1.9' },
  ],
};
const GONE = ['1.1/1.1.1', '1.2', '1.3/1.3.1/1.3.1.2'];
const COUNTS: [number, number, number] = [3, 2, 2];

function makeWorld(): DeletionWorld {
  const world = new DeletionWorld({ settings: { deleteDelayMs: 2000 } });
  world.fill(...COUNTS);
  world.hold('1.3/1.3.2');
  return world;
}

async function countEffects(): Promise<number> {
  const world = makeWorld();
  await world.deliver(COMMAND);
  return world.lastEffects;
}

const effects = await countEffects();
const KILLS = killPointsOf(effects);

describe(`a delete function that is killed at any of its ${effects} effects`, () => {
  it.each(KILLS.map((kill) => [`${kill.when} effect ${kill.effect}`, kill] as const))(
    '%s: the right set is gone, and the report is true',
    async (_, kill) => {
      const world = makeWorld();
      const status = await world.deliver(COMMAND, { messageId: 'm', kill });
      if (status !== 204) await world.deliver(COMMAND, { messageId: 'm' });
      await world.settle();
      const report = world.finalReport('erase-7');
      expect(world.archive.uids()).toEqual(everyInstanceBut(COUNTS, GONE));
      expect(report.targets.map(({ outcome }) => outcome)).toEqual([
        'deleted',
        'deleted',
        'deleted',
        'held',
        'absent',
      ]);
      expect(report).toMatchObject({ status: 'partial', counts: { deleted: 7, held: 1, absent: 1 } });
      // Whether a request left the process that died over it, nobody can know: then it counts.
      const possible = [world.archive.operationsStarted, world.archive.operationsStarted + 1];
      expect(possible).toContain(report.operations);
      expect(world.archive.operationsStarted).toBe(2);
      expect([...world.records.documents.keys()].filter((name) => name.startsWith('audit/'))).toHaveLength(1);
      const left = [...world.state.documents.keys()].filter((name) =>
        /^deleting\/(open|queue|results)\//.test(name),
      );
      expect(left).toEqual([]);
    },
  );
});
