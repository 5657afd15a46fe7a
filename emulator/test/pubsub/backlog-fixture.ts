import { Backlog, type Delivery } from '../../src/pubsub/delivery/backlog.ts';
import type { DeliveryPolicy } from '../../src/pubsub/delivery/policy.ts';
import { storedMessage, type StoredMessage } from '../../src/pubsub/delivery/stored-message.ts';

export const DAY_MS = 86_400_000;

const POLICY: DeliveryPolicy = { ackDeadlineMs: 10_000, retentionMs: 7 * DAY_MS, isOrdered: false };

export function message(id: string, fields: Partial<StoredMessage> = {}): StoredMessage {
  return storedMessage({
    id,
    data: Buffer.from(id),
    attributes: {},
    orderingKey: '',
    publishTimeMs: 0,
    ...fields,
  });
}

interface Fixture {
  readonly backlog: Backlog;
  /** Ids of messages that have left, in order. */
  readonly removed: string[];
  /** Ids and attempts of messages handed to the dead-letter topic. */
  readonly forwarded: [id: string, failures: number][];
  /** Takes everything that is ready, as one holder. */
  readonly takeAll: (now: number) => Delivery[];
  /** Takes everything that is ready and names it. */
  readonly idsAt: (now: number) => string[];
}

export function makeBacklog(
  policy: Partial<DeliveryPolicy> = {},
  options: { readonly deliverTwice?: boolean; readonly canForward?: () => boolean } = {},
): Fixture {
  const removed: string[] = [];
  const forwarded: [string, number][] = [];
  const backlog = new Backlog({
    policy: { ...POLICY, ...policy },
    ackIdPrefix: 'prefix',
    deliverTwice: options.deliverTwice ?? false,
    observer: {
      removed: ({ id }) => void removed.push(id),
      failed: () => undefined,
      forwardDeadLetter: ({ id }, failures) => {
        const canForward = options.canForward?.() ?? true;
        if (canForward) forwarded.push([id, failures]);
        return canForward;
      },
    },
  });
  const takeAll = (now: number): Delivery[] => {
    backlog.advance(now);
    return backlog.take('holder', { messages: Infinity, bytes: Infinity }, 10_000, now);
  };
  return {
    backlog,
    removed,
    forwarded,
    takeAll,
    idsAt: (now) => takeAll(now).map((delivery) => delivery.message.id),
  };
}

/** The only delivery of a list. */
export function only(deliveries: readonly Delivery[]): Delivery {
  const [first] = deliveries;
  if (first === undefined || deliveries.length !== 1) {
    throw new Error(`Expected one delivery, not ${deliveries.length}.`);
  }
  return first;
}
