import { afterEach, expect, it } from '@jest/globals';
import { startEndpoint, type Endpoint, type Reaction } from '../../../emulator/test/pubsub/endpoint.ts';
import { pullReady, pushedAfter } from './probes.ts';
import { fresh, freshPair, topicName, type PeerOf } from './side.ts';

/** Push delivery to endpoints on loopback. */
export function pushContract(peer: PeerOf): void {
  let endpoint: Endpoint | undefined;
  let subscription: string | undefined;

  afterEach(async () => {
    if (subscription !== undefined) await peer().rest.call('DELETE', `subscriptions/${subscription}`);
    await endpoint?.close();
    endpoint = undefined;
    subscription = undefined;
  });

  async function startPushing(
    react: (index: number) => Reaction,
    fields: object = {},
  ): Promise<[string, Endpoint]> {
    endpoint = await startEndpoint(react);
    const pushConfig = { pushEndpoint: endpoint.url, ...(fields as { pushConfig?: object }).pushConfig };
    const id = await freshPair(peer(), { ...fields, pushConfig });
    subscription = id;
    return [id, endpoint];
  }

  it('posts the message as JSON, with ids and times under both of their names', async () => {
    const [id, { pushes, received }] = await startPushing(() => 204);
    const message = { data: 'aGk=', attributes: { a: '1' } };
    const { body } = await peer().rest.call('POST', `topics/${id}:publish`, { messages: [message] });
    const [messageId] = body['messageIds'] as string[];

    await received(1);

    const push = JSON.parse(pushes[0]?.body.toString() ?? '') as { message: { publishTime: string } };
    const { publishTime } = push.message;
    expect(push).toEqual({
      subscription: `projects/p/subscriptions/${id}`,
      message: { ...message, messageId, message_id: messageId, publishTime, publish_time: publishTime },
    });
    expect(publishTime).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(pushes[0]?.headers['content-type']).toMatch(/^application\/json/);
  });

  it.each([102, 200, 201, 204])('takes %d for an acknowledgement', async (status) => {
    expect(await pushedAfter(peer(), status)).toBe('a b');
  });

  it.each<[reaction: Reaction]>([[299], [302], [400], [404], [429], [500], [503], ['reset']])(
    'delivers again after %s, and before the next message of the key',
    async (reaction) => {
      expect(await pushedAfter(peer(), reaction)).toBe('a a');
    },
  );

  it('delivers to an endpoint that was down when the message was published', async () => {
    const down = await startEndpoint(() => 204);
    await down.close();
    const id = await freshPair(peer(), { pushConfig: { pushEndpoint: down.url } });
    subscription = id;
    await peer().rest.publish(id, 'a');

    endpoint = await startEndpoint(() => 204, Number(new URL(down.url).port));
    await endpoint.received(1);

    expect(endpoint.payloads()).toEqual(['a']);
  }, 20_000);

  it('posts the payload itself with noWrapper, and attributes and metadata as headers', async () => {
    const noWrapper = { writeMetadata: true };
    const [id, { pushes, received }] = await startPushing(() => 204, { pushConfig: { noWrapper } });
    await peer().rest.publishMessages(id, [
      { data: 'aGk=', attributes: { 'ce-type': 'x', 'content-type': 'text/plain' } },
    ]);

    await received(1);

    expect(pushes[0]?.body.toString()).toBe('hi');
    expect(pushes[0]?.headers).toMatchObject({
      'ce-type': 'x',
      'content-type': expect.stringMatching(/^text\/plain/),
      'x-goog-pubsub-subscription-name': `projects/p/subscriptions/${id}`,
      'x-goog-pubsub-message-id': expect.stringMatching(/^\d+$/),
      'x-goog-pubsub-publish-time': expect.any(String),
    });
  });

  it('gives up on a message after the last attempt and publishes it to the dead-letter topic', async () => {
    const dead = fresh('dead');
    await peer().rest.createTopic(dead);
    await peer().rest.createSubscription(dead, dead);
    const deadLetterPolicy = { deadLetterTopic: topicName(dead), maxDeliveryAttempts: 5 };
    const [id, { pushes }] = await startPushing(() => 500, { deadLetterPolicy });
    await peer().rest.publish(id, 'a');

    const { body } = await peer().rest.call('POST', `subscriptions/${dead}:pull`, { maxMessages: 1 });

    expect(body['receivedMessages']).toHaveLength(1);
    expect(pushes).toHaveLength(5);
  }, 20_000);

  it('hands what is left to a puller when the endpoint is taken away', async () => {
    const [id, { received }] = await startPushing(() => 500);
    await peer().rest.publish(id, 'a');
    await received(1);

    await peer().rest.call('POST', `subscriptions/${id}:modifyPushConfig`, { pushConfig: {} });

    const pulled = await peer().rest.call('POST', `subscriptions/${id}:pull`, { maxMessages: 1 });
    expect(pulled.body['receivedMessages']).toHaveLength(1);
    expect(await pullReady(peer(), id)).toEqual([]);
  });
}
