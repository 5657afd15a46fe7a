import type { Delivery, Room } from '../delivery/backlog.ts';
import type { StatusError } from '../status-error.ts';

/** Someone who takes messages of a subscription: a push endpoint, an open stream, a waiting pull. */
export interface Consumer {
  /** Unique among all consumers. */
  readonly id: string;
  /** The deadline of a delivery, counted from now. */
  readonly leaseMs: number;
  /** What it would take now, given what it holds already. */
  room(held: Room): Room;
  deliver(deliveries: readonly Delivery[]): void;
  /** The subscription is deleted or changed, or the service stops: nothing more comes. */
  stop(reason: StatusError): void;
}
