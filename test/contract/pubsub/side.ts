import type { PubSub } from '@google-cloud/pubsub';
import type { RestClient } from '../../../emulator/test/pubsub/rest-client.ts';

/** Which of the two implementations a suite runs against. */
export type Side = 'stand-in' | 'Google';

/** One implementation while the suite runs against it. */
export interface Peer {
  readonly side: Side;
  readonly url: string;
  /** Google's own client library, unmodified. */
  readonly client: PubSub;
  readonly rest: RestClient;
}

/** Parts of the suite are given the peer by a function, since it is started only when tests run. */
export type PeerOf = () => Peer;

let names = 0;

/** A resource id that no other test uses. */
export function fresh(what: string): string {
  names += 1;
  return `${what}-${names}`;
}

export function topicName(id: string): string {
  return `projects/p/topics/${id}`;
}

/** A topic with one subscription, both under one new id. @returns the id. */
export async function freshPair(peer: Peer, fields: object = {}): Promise<string> {
  const id = fresh('pair');
  await peer.rest.createTopic(id);
  await peer.rest.createSubscription(id, id, fields);
  return id;
}
