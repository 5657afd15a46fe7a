import { expect, it } from '@jest/globals';
import type { Message, Subscription } from '@google-cloud/pubsub';
import { pullReady, settle } from './probes.ts';
import { fresh, freshPair, topicName, type PeerOf } from './side.ts';

/** Opens a subscription until it has received this many messages. */
async function receive(
  subscription: Subscription,
  count: number,
  onMessage: (message: Message) => void,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let left = count;
    subscription.on('error', reject);
    subscription.on('message', (message: Message) => {
      onMessage(message);
      left -= 1;
      if (left === 0) resolve();
    });
  });
  await subscription.close();
}

/** Publishing, pull, streaming pull, refusals and dead letters. */
export function pullContract(peer: PeerOf): void {
  it('hands a message published by REST to a puller, once', async () => {
    const id = await freshPair(peer());
    const message = { data: 'aGk=', attributes: { a: 'ä' }, orderingKey: 'k' };
    const { body } = await peer().rest.call('POST', `topics/${id}:publish`, { messages: [message] });
    const [messageId] = body['messageIds'] as string[];

    const received = await pullReady(peer(), id);

    expect(received).toEqual([
      {
        ackId: expect.any(String),
        message: { ...message, messageId, publishTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) },
      },
    ]);
    expect(await pullReady(peer(), id)).toEqual([]);
    expect(await settle(peer(), id, 'ack', received)).toEqual({ status: 200, body: {} });
  });

  it('hands a message to every subscription of the topic', async () => {
    const id = await freshPair(peer());
    const other = fresh('sub');
    await peer().rest.createSubscription(other, id);

    await peer().rest.publish(id, 'a');

    expect([await peer().rest.pull(id), await peer().rest.pull(other)]).toEqual([['a'], ['a']]);
  });

  it('waits with a pull until there is a message', async () => {
    const id = await freshPair(peer());
    const pull = peer().rest.call('POST', `subscriptions/${id}:pull`, { maxMessages: 10 });

    await peer().rest.publish(id, 'a');

    expect((await pull).body['receivedMessages']).toHaveLength(1);
  });

  it.each<[what: string, messages: object[]]>([
    ['no messages', []],
    ['an empty message', [{}]],
    ['an ordering key alone', [{ orderingKey: 'k' }]],
    ['data that is not base64', [{ data: '!!' }]],
  ])('refuses to publish %s', async (_, messages) => {
    const id = await freshPair(peer());

    const answer = await peer().rest.call('POST', `topics/${id}:publish`, { messages });

    expect(answer).toMatchObject({ status: 400, body: { error: { status: 'INVALID_ARGUMENT' } } });
  });

  it.each<[method: string, body: object]>([
    ['pull', { maxMessages: 0 }],
    ['acknowledge', { ackIds: [] }],
    ['acknowledge', { ackIds: ['made up'] }],
    ['modifyAckDeadline', { ackIds: ['made up'], ackDeadlineSeconds: 10 }],
  ])('refuses %s with %j', async (method, body) => {
    const id = await freshPair(peer());

    const answer = await peer().rest.call('POST', `subscriptions/${id}:${method}`, body);

    expect(answer).toMatchObject({ status: 400, body: { error: { status: 'INVALID_ARGUMENT' } } });
  });

  it('takes a message without data if it has an attribute', async () => {
    const id = await freshPair(peer());
    await peer().rest.publishMessages(id, [{ attributes: { a: '1' } }]);

    const [received] = await pullReady(peer(), id);

    expect(received?.message).toMatchObject({ attributes: { a: '1' } });
    expect(received?.message).not.toHaveProperty('data');
  });

  it('delivers a refused message again, under another ack id', async () => {
    const id = await freshPair(peer());
    await peer().rest.publish(id, 'a');
    const first = await pullReady(peer(), id);

    await settle(peer(), id, 'nack', first);

    const second = await pullReady(peer(), id);
    expect(second[0]?.message.messageId).toBe(first[0]?.message.messageId);
    expect(second[0]?.ackId).not.toBe(first[0]?.ackId);
  });

  it('says nothing of delivery attempts without a policy, and counts them with a dead-letter policy', async () => {
    const plain = await freshPair(peer());
    const dead = await freshPair(peer());
    const counted = await freshPair(peer(), { deadLetterPolicy: { deadLetterTopic: topicName(dead) } });
    for (const id of [plain, counted]) await peer().rest.publish(id, 'a');

    const attempts = async (id: string): Promise<(number | undefined)[]> => {
      const first = await pullReady(peer(), id);
      await settle(peer(), id, 'nack', first);
      const second = await pullReady(peer(), id);
      return [...first, ...second].map(({ deliveryAttempt }) => deliveryAttempt);
    };

    expect(await attempts(plain)).toEqual([undefined, undefined]);
    expect(await attempts(counted)).toEqual([1, 2]);
  });

  it('publishes a message to the dead-letter topic after the last attempt, with where it comes from', async () => {
    const dead = await freshPair(peer());
    const id = await freshPair(peer(), {
      deadLetterPolicy: { deadLetterTopic: topicName(dead), maxDeliveryAttempts: 5 },
    });
    await peer().rest.publishMessages(id, [{ data: 'aGk=', attributes: { a: '1' } }]);

    for (let attempt = 1; attempt <= 5; attempt += 1)
      await settle(peer(), id, 'nack', await pullReady(peer(), id));

    expect(await pullReady(peer(), id)).toEqual([]);
    const [received] = await pullReady(peer(), dead);
    expect(received?.message).toMatchObject({
      data: 'aGk=',
      attributes: {
        a: '1',
        CloudPubSubDeadLetterSourceDeliveryCount: '5',
        CloudPubSubDeadLetterSourceSubscription: id,
        CloudPubSubDeadLetterSourceSubscriptionProject: 'p',
        CloudPubSubDeadLetterSourceTopicPublishTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      },
    });
  });

  it('streams everything to the client library, each message once when it is acknowledged', async () => {
    const id = await freshPair(peer());
    const topic = peer().client.topic(id);
    const sent = Array.from({ length: 300 }, (_, index) => String(index));
    const published = await Promise.all(
      sent.map((text) => topic.publishMessage({ data: Buffer.from(text) })),
    );
    const received: string[] = [];

    await receive(peer().client.subscription(id), sent.length, (message) => {
      received.push(message.data.toString());
      message.ack();
    });

    expect(new Set(published).size).toBe(sent.length);
    expect(received.sort()).toEqual(sent.sort());
    expect(await pullReady(peer(), id)).toEqual([]);
  });

  it('streams a message again that the client library refuses', async () => {
    const id = await freshPair(peer());
    await peer().rest.publish(id, 'a');
    let deliveries = 0;

    await receive(peer().client.subscription(id), 2, (message) => {
      deliveries += 1;
      if (deliveries === 1) message.nack();
      else message.ack();
    });

    expect(deliveries).toBe(2);
  });

  it('streams the messages of an ordering key in their order', async () => {
    const id = await freshPair(peer(), { enableMessageOrdering: true });
    const topic = peer().client.topic(id, { messageOrdering: true });
    const sent = Array.from({ length: 30 }, (_, index) => String(index));
    await Promise.all(
      sent.map((text) => topic.publishMessage({ data: Buffer.from(text), orderingKey: 'k' })),
    );
    const received: string[] = [];

    await receive(peer().client.subscription(id), sent.length, (message) => {
      received.push(message.data.toString());
      message.ack();
    });

    expect(received).toEqual(sent);
  });
}
