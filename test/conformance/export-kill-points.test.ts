import { describe, it } from '@jest/globals';
import { expectSafe, expectSettled } from '../support/export-invariants.ts';
import { EXPORT_SCENES, makeExportWorld, type ExportScene } from '../support/export-scenes.ts';
import type { ExportWorld } from '../support/export-world.ts';
import { deliverUntilAcknowledged, killScenesOf, type Deliver } from '../support/redeliveries.ts';

/** Delivers one message; `number` counts from the command, which is 0. */
type DeliverMessage = (deliver: Deliver, number: number) => Promise<void>;

/** Delivers a command and then what comes of it, one message after the other. */
async function deliverAll(
  scene: ExportScene,
  world: ExportWorld,
  deliverMessage: DeliverMessage,
): Promise<void> {
  const messages: unknown[] = [scene.command];
  for (let number = 0; number < messages.length; number += 1) {
    const deliver: Deliver = (kill) => {
      world.clock.advance(10_000);
      return world.deliver(messages[number], `m${number}`, kill);
    };
    await deliverMessage(deliver, number);
    messages.push(...world.slices.messages.splice(0));
  }
}

/** @returns of each message how many effects it has. */
async function countEffects(scene: ExportScene): Promise<number[]> {
  const world = makeExportWorld(scene);
  const effects: number[] = [];
  await deliverAll(scene, world, async (deliver) => {
    await deliver();
    effects.push(world.lastEffects);
  });
  return effects;
}

const scenes = await killScenesOf(EXPORT_SCENES, countEffects);
const allKills = scenes.reduce((sum, { kills }) => sum + kills, 0);

describe(`an export function that is killed at any of ${allKills} points`, () => {
  describe.each(scenes)('as it exports $scene.name, at any of $kills', ({ scene, cases }) => {
    it('and is not: it leaves the right set, and says so', async () => {
      const world = makeExportWorld(scene);
      await deliverAll(scene, world, deliverUntilAcknowledged);
      expectSettled(scene, world);
    });

    it.each(cases)('%s: the right set is there, and said once', async (_, message, kill, redelivery) => {
      const world = makeExportWorld(scene);
      await deliverAll(scene, world, (deliver, number) =>
        number === message
          ? redelivery.run(deliver, kill, () => expectSafe(scene, world))
          : deliverUntilAcknowledged(deliver),
      );
      expectSettled(scene, world);
    });
  });
});
