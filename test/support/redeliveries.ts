import type { KillPoint } from './port-gate.ts';

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
export function redeliveriesOf(killIndex: number, isThorough: boolean): readonly Redelivery[] {
  const turn = killIndex % REDELIVERIES.length;
  return isThorough ? REDELIVERIES : REDELIVERIES.slice(turn, turn + 1);
}
