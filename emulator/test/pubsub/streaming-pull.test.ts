import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { v1 } from '@google-cloud/pubsub';
import { credentials } from '@grpc/grpc-js';
import type { Duplex } from 'node:stream';
import { startPubsub, type PubsubStandIn } from '../../src/pubsub/pubsub.ts';
import { RestClient } from './rest-client.ts';

const SUBSCRIPTION = 'projects/p/subscriptions/sub';

interface Response {
  receivedMessages?: { ackId: string; message: { data: Buffer } }[];
  subscriptionProperties?: object | null;
}

/** An open stream, read one response at a time. */
class OpenStream {
  readonly #stream: Duplex;
  readonly #responses: AsyncIterator<Response>;

  constructor(stream: Duplex, first: object) {
    this.#stream = stream;
    this.#responses = stream[Symbol.asyncIterator]() as AsyncIterator<Response>;
    stream.write({ subscription: SUBSCRIPTION, streamAckDeadlineSeconds: 10, ...first });
  }

  send(request: object): void {
    this.#stream.write(request);
  }

  /** The next response, whatever it holds. */
  async next(): Promise<Response> {
    const { value, done } = await this.#responses.next();
    if (done === true) throw new Error('The stream has ended.');
    return value;
  }

  /** The ack ids of the next messages. */
  async nextMessages(): Promise<string[]> {
    for (;;) {
      const { receivedMessages = [] } = await this.next();
      if (receivedMessages.length > 0) return receivedMessages.map(({ ackId }) => ackId);
    }
  }

  end(): void {
    this.#stream.end();
  }
}

describe('streaming pull', () => {
  let pubsub: PubsubStandIn;
  let rest: RestClient;
  let client: v1.SubscriberClient;
  const streams: OpenStream[] = [];

  beforeEach(async () => {
    pubsub = await startPubsub({ port: 0 });
    rest = new RestClient(pubsub.url);
    await rest.createTopic('top');
    await rest.createSubscription('sub', 'top');
    client = new v1.SubscriberClient({
      servicePath: '127.0.0.1',
      port: pubsub.port,
      sslCreds: credentials.createInsecure(),
    });
  });
  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.end();
    await client.close();
    await pubsub.close();
  });

  function open(first: object = {}): OpenStream {
    const stream = new OpenStream(client.streamingPull({ timeout: 60_000 }), first);
    streams.push(stream);
    return stream;
  }

  it('delivers no more than the client says it can hold, and more as soon as it acknowledges', async () => {
    await rest.publish('top', ...Array.from({ length: 20 }, (_, index) => String(index)));
    const stream = open({ maxOutstandingMessages: 5 });

    const first = await stream.nextMessages();
    expect([first.length, pubsub.backlogOf(SUBSCRIPTION).outstanding]).toEqual([5, 5]);

    stream.send({ ackIds: first.slice(0, 2) });
    expect(await stream.nextMessages()).toHaveLength(2);
    expect(pubsub.backlogOf(SUBSCRIPTION)).toEqual({ messages: 18, outstanding: 5 });
  });

  it('counts bytes as well, and delivers a message that is larger than the limit on its own', async () => {
    await rest.publish('top', 'a'.repeat(5000), 'b'.repeat(5000));
    const stream = open({ maxOutstandingBytes: 100 });

    expect(await stream.nextMessages()).toHaveLength(1);
    expect(pubsub.backlogOf(SUBSCRIPTION).outstanding).toBe(1);
  });

  it('delivers a refused message again on the same stream', async () => {
    await rest.publish('top', 'a');
    const stream = open();
    const [refused] = await stream.nextMessages();

    stream.send({ modifyDeadlineAckIds: [refused], modifyDeadlineSeconds: [0] });

    const [again] = await stream.nextMessages();
    expect(again).not.toBe(refused);
  });

  it('shares messages between streams', async () => {
    const [one, two] = [open({ maxOutstandingMessages: 1 }), open({ maxOutstandingMessages: 1 })];
    await Promise.all([one.next(), two.next()]);

    await rest.publish('top', 'a', 'b');

    const [[first], [second]] = await Promise.all([one.nextMessages(), two.nextMessages()]);
    expect(first).not.toBe(second);
  });

  it('tells the properties of the subscription first', async () => {
    const { subscriptionProperties } = await open().next();

    expect(subscriptionProperties).toMatchObject({
      exactlyOnceDeliveryEnabled: false,
      messageOrderingEnabled: false,
    });
  });

  it('answers a keep-alive of a client that expects it', async () => {
    const stream = open({ protocolVersion: 1 });
    await stream.next();

    stream.send({});

    expect((await stream.next()).receivedMessages).toEqual([]);
  });

  it.each<[problem: string, first: object, code: number]>([
    ['an unknown subscription', { subscription: 'projects/p/subscriptions/none' }, 5],
    ['a deadline of 5 seconds', { streamAckDeadlineSeconds: 5 }, 3],
    ['something that is not an ack id', { ackIds: ['made up'] }, 3],
    ['ack ids without deadlines', { modifyDeadlineAckIds: ['a'] }, 3],
  ])('ends with an error for %s', async (_, first, code) => {
    const stream = open(first);

    await expect(stream.nextMessages()).rejects.toMatchObject({ code });
  });

  it('ends when the subscription is deleted', async () => {
    const stream = open();
    await stream.next();

    await rest.call('DELETE', 'subscriptions/sub');

    await expect(stream.nextMessages()).rejects.toMatchObject({ code: 5 });
  });
});
