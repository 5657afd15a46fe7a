import { killPointsOf, type KillPoint } from './port-gate.ts';

/** Delivers a message, and may kill the process that takes it. @returns the status it is answered with. */
export type Deliver = (kill?: KillPoint) => Promise<number>;

/** How a message is delivered of which one delivery is killed. */
export interface Redelivery {
  readonly name: string;
  /** @param onDeath called when the process has died, before the message comes again. */
  readonly run: (deliver: Deliver, kill: KillPoint, onDeath: () => void) => Promise<void>;
}

/** More than any message here needs. */
const MOST_DELIVERIES = 20;

/** Delivers until the message is acknowledged. */
export async function deliverUntilAcknowledged(deliver: Deliver): Promise<void> {
  for (let delivery = 0; delivery < MOST_DELIVERIES; delivery += 1) {
    if ((await deliver()) === 204) return;
  }
  throw new Error('The message is never acknowledged.');
}

/** A platform delivers at least once: again, twice at once, and while another delivery is under way. */
export const REDELIVERIES: readonly Redelivery[] = [
  {
    name: 'delivered again',
    async run(deliver, kill, onDeath) {
      await deliver(kill);
      onDeath();
      await deliverUntilAcknowledged(deliver);
    },
  },
  {
    name: 'delivered again twice at once',
    async run(deliver, kill, onDeath) {
      await deliver(kill);
      onDeath();
      await Promise.all([deliverUntilAcknowledged(deliver), deliverUntilAcknowledged(deliver)]);
    },
  },
  {
    name: 'delivered to another process meanwhile',
    async run(deliver, kill, onDeath) {
      await Promise.all([deliver(kill).then(onDeath), deliverUntilAcknowledged(deliver)]);
    },
  },
];

/** All of them for each kill point; or, where those would be too many, one of them for each in turn. */
function redeliveriesOf(killIndex: number, isThorough: boolean): readonly Redelivery[] {
  const turn = killIndex % REDELIVERIES.length;
  return isThorough ? REDELIVERIES : REDELIVERIES.slice(turn, turn + 1);
}

/** One kill: what the test is called, the number of the message, where its delivery is killed, and how it comes again. */
export type KillCase = readonly [title: string, message: number, kill: KillPoint, redelivery: Redelivery];

export interface KillScene<Scene> {
  readonly scene: Scene;
  readonly kills: number;
  readonly cases: readonly KillCase[];
}

/** @param countEffects of a scene that nothing is killed in: how many effects each of its messages has. */
export function killScenesOf<Scene extends { readonly isThorough?: boolean }>(
  scenes: readonly Scene[],
  countEffects: (scene: Scene) => Promise<readonly number[]>,
): Promise<readonly KillScene<Scene>[]> {
  return Promise.all(
    scenes.map(async (scene) => {
      const kills = (await countEffects(scene)).flatMap((effects, message) =>
        killPointsOf(effects).map((kill) => ({ message, kill })),
      );
      const cases = kills.flatMap(({ message, kill }, index) =>
        redeliveriesOf(index, scene.isThorough === true).map((redelivery): KillCase => {
          const title = `${kill.when} effect ${kill.effect} of message ${message}, and ${redelivery.name}`;
          return [title, message, kill, redelivery];
        }),
      );
      return { scene, kills: kills.length, cases };
    }),
  );
}
