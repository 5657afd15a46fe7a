import { describe, expect, it } from '@jest/globals';
import { expectSafe, expectSettled, noteUnannounced } from '../support/deletion-invariants.ts';
import { DELETION_SCENES, makeDeletionWorld, type DeletionScene } from '../support/deletion-scenes.ts';
import type { DeletionWorld } from '../support/deletion-world.ts';
import { deliverUntilAcknowledged, killScenesOf, type Deliver } from '../support/redeliveries.ts';

/** Delivers one message, the commands before the ticks; `number` counts from the first one, which is 0. */
type DeliverMessage = (deliver: Deliver, number: number) => Promise<void>;

const MINUTE_MS = 60_000;
/** More than anything here takes. */
const MOST_TICKS = 100;

/** A scene that is being played. */
class Play {
  readonly scene: DeletionScene;
  readonly world: DeletionWorld;
  /** What was asked of the store too early. */
  readonly unannounced: readonly string[];
  #mend: (() => void) | undefined;

  constructor(scene: DeletionScene) {
    this.scene = scene;
    this.world = makeDeletionWorld(scene);
    this.unannounced = noteUnannounced(this.world);
    this.#mend = scene.arrange?.(this.world);
  }

  /** Delivers the commands, and then ticks until nothing is open any more. */
  async run(deliverMessage: DeliverMessage): Promise<void> {
    const { commands } = this.scene;
    for (const [number, command] of commands.entries())
      await deliverMessage(this.#delivererOf(command, number), number);
    for (let number = commands.length; this.world.isOpen; number += 1) {
      if (number > MOST_TICKS) throw new Error('It does not come to an end.');
      this.world.clock.advance(MINUTE_MS);
      await deliverMessage(this.#delivererOf({ action: 'tick' }, number), number);
    }
  }

  async expectSettled(): Promise<void> {
    this.mend();
    await expectSettled(this.scene, this.world);
    expect(this.unannounced).toEqual([]);
  }

  expectSafe(): void {
    expectSafe(this.scene, this.world);
    expect(this.unannounced).toEqual([]);
  }

  mend(): void {
    this.#mend?.();
    this.#mend = undefined;
  }

  #delivererOf(message: object, number: number): Deliver {
    return async (kill) => {
      this.world.clock.advance(1000);
      const killing = kill === undefined ? {} : { kill };
      const status = await this.world.deliver(message, { messageId: `m${number}`, ...killing });
      if (status === 503) this.mend();
      return status;
    };
  }
}

/** @returns of each message how many effects it has. */
async function countEffects(scene: DeletionScene): Promise<number[]> {
  const play = new Play(scene);
  const effects: number[] = [];
  await play.run(async (deliver) => {
    const status = await deliver();
    effects.push(play.world.lastEffects);
    if (status !== 204) await deliverUntilAcknowledged(deliver);
  });
  return effects;
}

const scenes = await killScenesOf(DELETION_SCENES, countEffects);
const allKills = scenes.reduce((sum, { kills }) => sum + kills, 0);

describe(`a delete function that is killed at any of ${allKills} points`, () => {
  describe.each(scenes)('as it deletes $scene.name, at any of $kills', ({ scene, cases }) => {
    it('and is not: the right set is gone, and the report says so', async () => {
      const play = new Play(scene);
      await play.run(deliverUntilAcknowledged);
      await play.expectSettled();
    });

    it.each(cases)('%s: the right set is gone, and said once', async (_, message, kill, redelivery) => {
      const play = new Play(scene);
      await play.run((deliver, number) =>
        number === message
          ? redelivery.run(deliver, kill, () => play.expectSafe())
          : deliverUntilAcknowledged(deliver),
      );
      await play.expectSettled();
    });
  });
});
