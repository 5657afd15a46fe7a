import { startEndpoint, type Reaction } from '../../../emulator/test/pubsub/endpoint.ts';
import { freshPair, type Peer } from './side.ts';

interface Received {
  readonly ackId: string;
  readonly message: { readonly messageId: string; readonly attributes?: Record<string, string> };
  readonly deliveryAttempt?: number;
}

/** What is ready, without waiting. */
export async function pullReady(peer: Peer, id: string): Promise<Received[]> {
  const { body } = await peer.rest.call('POST', `subscriptions/${id}:pull`, {
    maxMessages: 10,
    returnImmediately: true,
  });
  return (body['receivedMessages'] ?? []) as Received[];
}

export async function settle(
  peer: Peer,
  id: string,
  method: 'ack' | 'nack',
  received: Received[],
): Promise<object> {
  const ackIds = received.map(({ ackId }) => ackId);
  return method === 'ack'
    ? peer.rest.call('POST', `subscriptions/${id}:acknowledge`, { ackIds })
    : peer.rest.call('POST', `subscriptions/${id}:modifyAckDeadline`, { ackIds, ackDeadlineSeconds: 0 });
}

/**
 * What was pushed for the payloads `a` and `b` of one ordering key, when the first push is met with `reaction`
 * and all others with 204: `a b` when it acknowledged, `a a` when it did not.
 */
export async function pushedAfter(peer: Peer, reaction: Reaction): Promise<string> {
  const endpoint = await startEndpoint((index) => (index === 0 ? reaction : 204));
  try {
    const pushConfig = { pushEndpoint: endpoint.url };
    const id = await freshPair(peer, { pushConfig, enableMessageOrdering: true });
    await peer.rest.publishMessages(
      id,
      ['a', 'b'].map((text) => ({ data: Buffer.from(text).toString('base64'), orderingKey: 'k' })),
    );
    await endpoint.received(2);
    await peer.rest.call('DELETE', `subscriptions/${id}`);
    return endpoint.payloads().slice(0, 2).join(' ');
  } finally {
    await endpoint.close();
  }
}
