import { expect, it } from '@jest/globals';
import { startEndpoint, type ReceivedPush } from '../../../emulator/test/pubsub/endpoint.ts';
import { pullReady, pushedAfter, settle } from './probes.ts';
import { fresh, freshPair, topicName, type Peer, type PeerOf, type Side } from './side.ts';

/** One behaviour in which Google's emulator is known to differ from what Google documents of the service. */
interface Difference {
  readonly behaviour: string;
  readonly probe: (peer: Peer) => Promise<unknown>;
  readonly expected: Readonly<Record<Side, unknown>>;
}

const FILTERED = ['kept', 'skipped'];

const DIFFERENCES: readonly Difference[] = [
  {
    behaviour: 'whether 202 acknowledges a push',
    probe: (peer) => pushedAfter(peer, 202),
    expected: { 'stand-in': 'a b', Google: 'a a' },
  },
  {
    behaviour: 'whether 203 acknowledges a push',
    probe: (peer) => pushedAfter(peer, 203),
    expected: { 'stand-in': 'a a', Google: 'a b' },
  },
  {
    behaviour: 'the data in a push of a message without any',
    probe: async (peer) => {
      const { body } = await pushOnce(peer, {}, { attributes: { a: '1' } });
      return (body['message'] as { data?: string }).data;
    },
    expected: { 'stand-in': undefined, Google: '' },
  },
  {
    behaviour: 'the delivery attempt in a push under a dead-letter policy',
    probe: async (peer) => {
      const deadLetterPolicy = { deadLetterTopic: topicName(await freshPair(peer)) };
      return (await pushOnce(peer, { deadLetterPolicy })).body['deliveryAttempt'];
    },
    expected: { 'stand-in': 1, Google: undefined },
  },
  {
    behaviour: 'the ordering key in a push',
    probe: async (peer) => {
      const { body } = await pushOnce(peer, { enableMessageOrdering: true });
      return (body['message'] as { orderingKey?: string }).orderingKey;
    },
    expected: { 'stand-in': 'k', Google: undefined },
  },
  {
    behaviour: 'the scheme of the authorization of an authenticated push',
    probe: async (peer) => {
      const pushConfig = { oidcToken: { serviceAccountEmail: 'pusher@p.iam.gserviceaccount.com' } };
      return (await pushOnce(peer, { pushConfig })).push.headers.authorization?.split(' ')[0];
    },
    expected: { 'stand-in': 'Bearer', Google: undefined },
  },
  {
    behaviour: 'what a filter lets through',
    probe: async (peer) => {
      const id = await freshPair(peer, { filter: 'attributes.kind != "skipped"' });
      const messages = FILTERED.map((kind) => ({
        data: Buffer.from(kind).toString('base64'),
        attributes: { kind },
      }));
      await peer.rest.publishMessages(id, messages);
      return peer.rest.pull(id);
    },
    expected: { 'stand-in': ['kept'], Google: FILTERED },
  },
  {
    behaviour: 'the answer to a filter that is not one',
    probe: (peer) => create(peer, { filter: 'kind is ct' }),
    expected: { 'stand-in': 400, Google: 200 },
  },
  {
    behaviour: 'the answer to an ack deadline below 10 seconds',
    probe: (peer) => create(peer, { ackDeadlineSeconds: 5 }),
    expected: { 'stand-in': 400, Google: 200 },
  },
  {
    behaviour: 'the answer to an attribute key that begins with goog',
    probe: async (peer) => {
      const messages = [{ attributes: { googKey: '1' } }];
      return (await peer.rest.call('POST', `topics/${await freshPair(peer)}:publish`, { messages })).status;
    },
    expected: { 'stand-in': 400, Google: 200 },
  },
  {
    behaviour: 'the answer to a pull from a push subscription',
    probe: async (peer) => {
      const id = await freshPair(peer, { pushConfig: { pushEndpoint: 'http://127.0.0.1:9/' } });
      const pull = { maxMessages: 1, returnImmediately: true };
      return (await peer.rest.call('POST', `subscriptions/${id}:pull`, pull)).status;
    },
    expected: { 'stand-in': 400, Google: 200 },
  },
  {
    behaviour: 'how many messages are ready right after the first refusal under a backoff of 600 seconds',
    probe: async (peer) => {
      const retryPolicy = { minimumBackoff: '600s', maximumBackoff: '600s' };
      const id = await freshPair(peer, { retryPolicy });
      await peer.rest.publish(id, 'a');
      await settle(peer, id, 'nack', await pullReady(peer, id));
      return (await pullReady(peer, id)).length;
    },
    expected: { 'stand-in': 0, Google: 1 },
  },
  {
    behaviour: 'whether an ordered subscription still works after a dead letter',
    probe: async (peer) => {
      const dead = await freshPair(peer);
      const deadLetterPolicy = { deadLetterTopic: topicName(dead), maxDeliveryAttempts: 5 };
      const id = await freshPair(peer, { deadLetterPolicy, enableMessageOrdering: true });
      await peer.rest.publishMessages(id, [{ data: 'aGk=', orderingKey: 'k' }]);
      for (let attempt = 1; attempt <= 5; attempt += 1) {
        await settle(peer, id, 'nack', await pullReady(peer, id));
      }
      const { status } = await peer.rest.call('POST', `subscriptions/${id}:pull`, {
        maxMessages: 1,
        returnImmediately: true,
      });
      return [status, (await pullReady(peer, dead)).length];
    },
    expected: { 'stand-in': [200, 1], Google: [500, 0] },
  },
];

/** The table above, each row tested on both sides as what it is. */
export function knownDifferences(peer: PeerOf, side: Side): void {
  it.each(DIFFERENCES)('$behaviour', async ({ probe, expected }) => {
    expect(await probe(peer())).toEqual(expected[side]);
  });
}

/** @returns the status of an attempt to create a subscription. */
async function create(peer: Peer, fields: object): Promise<number> {
  const topic = topicName(await freshPair(peer));
  return (await peer.rest.call('PUT', `subscriptions/${fresh('subscription')}`, { topic, ...fields })).status;
}

/** One message, pushed to an endpoint that acknowledges it. */
async function pushOnce(
  peer: Peer,
  fields: { readonly pushConfig?: object; readonly [field: string]: unknown },
  message: object = { data: 'aGk=', orderingKey: 'k' },
): Promise<{ readonly push: ReceivedPush; readonly body: Record<string, unknown> }> {
  const endpoint = await startEndpoint(() => 204);
  try {
    const pushConfig = { pushEndpoint: endpoint.url, ...fields.pushConfig };
    const id = await freshPair(peer, { ...fields, pushConfig });
    await peer.rest.publishMessages(id, [message]);
    await endpoint.received(1);
    await peer.rest.call('DELETE', `subscriptions/${id}`);
    const [push] = endpoint.pushes;
    if (push === undefined) throw new Error('Nothing was pushed.');
    return { push, body: JSON.parse(push.body.toString()) as Record<string, unknown> };
  } finally {
    await endpoint.close();
  }
}
