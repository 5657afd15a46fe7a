import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PubSub, type Message, type Subscription } from '@google-cloud/pubsub';
import { createConnection } from 'node:net';
import { once } from 'node:events';
import { TokenRegistry } from '../../src/http/tokens.ts';
import { startPubsub, type PubsubOptions, type PubsubStandIn } from '../../src/pubsub/pubsub.ts';
import { RestClient } from './rest-client.ts';

const SUBSCRIPTION = 'projects/p/subscriptions/sub';

describe('the Pub/Sub stand-in', () => {
  let pubsub: PubsubStandIn;
  let rest: RestClient;

  async function start(options: Partial<PubsubOptions> = {}): Promise<void> {
    pubsub = await startPubsub({ port: 0, ...options });
    rest = new RestClient(pubsub.url);
    await rest.createTopic('top');
    await rest.createSubscription('sub', 'top');
  }
  afterEach(() => pubsub.close());

  it('publishes for its neighbours, and rejects a topic that does not exist', async () => {
    await start();
    const message = { data: Buffer.from('a'), attributes: {} };

    await pubsub.publish('projects/p/topics/top', message);

    expect(await rest.pull('sub')).toEqual(['a']);
    await expect(pubsub.publish('projects/p/topics/none', message)).rejects.toThrow('Resource not found');
  });

  it('refuses what would pass the limit of undelivered messages, and takes more when some were settled', async () => {
    await start({ backlogLimitBytes: 3000 });
    await rest.publish('top', 'a'.repeat(2000));

    const refused = await rest.call('POST', 'topics/top:publish', { messages: [{ data: 'aGk=' }] });
    expect(refused).toMatchObject({ status: 429, body: { error: { status: 'RESOURCE_EXHAUSTED' } } });

    const pulled = await rest.call('POST', 'subscriptions/sub:pull', { maxMessages: 1 });
    const [received] = pulled.body['receivedMessages'] as { ackId: string }[];
    await rest.call('POST', 'subscriptions/sub:acknowledge', { ackIds: [received?.ackId] });
    await rest.publish('top', 'b');
    expect(pubsub.backlogOf(SUBSCRIPTION).messages).toBe(1);
  });

  it('frees the room of a deleted subscription', async () => {
    await start({ backlogLimitBytes: 3000 });
    await rest.publish('top', 'a'.repeat(2000));

    await rest.call('DELETE', 'subscriptions/sub');
    await rest.createSubscription('other', 'top');

    await rest.publish('top', 'b'.repeat(2000));
    expect(await rest.pull('other')).toEqual(['b'.repeat(2000)]);
  });

  it.each<[problem: string, messages: object[]]>([
    ['1,001 messages', Array.from({ length: 1001 }, () => ({ data: 'aGk=' }))],
    ['more than 10 MB in one message', [{ data: Buffer.alloc(10_000_001).toString('base64') }]],
    ['more than 10 MB together', [1, 2].map(() => ({ data: Buffer.alloc(5_000_001).toString('base64') }))],
    [
      '101 attributes',
      [{ attributes: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`k${i}`, 'v'])) }],
    ],
    ['an attribute key of 257 bytes', [{ attributes: { ['k'.repeat(257)]: 'v' } }]],
    ['an attribute value of 1,025 bytes', [{ attributes: { k: 'v'.repeat(1025) } }]],
    ['an ordering key of 1,025 bytes', [{ data: 'aGk=', orderingKey: 'k'.repeat(1025) }]],
  ])('refuses to publish %s', async (_, messages) => {
    await start();

    const answer = await rest.call('POST', 'topics/top:publish', { messages });

    expect(answer).toMatchObject({ status: 400, body: { error: { status: 'INVALID_ARGUMENT' } } });
    expect(pubsub.backlogOf(SUBSCRIPTION).messages).toBe(0);
  });

  it('takes and hands on a message of exactly 10 MB, by both protocols', async () => {
    await start();
    const client = new PubSub({ projectId: 'p', apiEndpoint: pubsub.url });
    const data = Buffer.alloc(10_000_000, 'x');

    await client.topic('top').publishMessage({ data });
    const received = await new Promise<Buffer>((resolve) => {
      client.subscription('sub').once('message', (message: Message) => {
        message.ack();
        resolve(message.data);
      });
    });

    expect(received.equals(data)).toBe(true);
    await client.close();
  });

  it.each([
    ['enableExactlyOnceDelivery', true],
    ['bigqueryConfig', { table: 't' }],
    ['cloudStorageConfig', { bucket: 'b' }],
  ])('says that it does not offer %s rather than ignoring it', async (field, value) => {
    await start();

    const answer = await rest.call('PUT', 'subscriptions/other', {
      topic: 'projects/p/topics/top',
      [field]: value,
    });

    expect(answer).toMatchObject({ status: 501, body: { error: { status: 'UNIMPLEMENTED' } } });
  });

  it.each([
    ['POST', 'subscriptions/sub:seek', { time: '2030-01-01T00:00:00Z' }],
    ['PUT', 'snapshots/snap', { subscription: SUBSCRIPTION }],
  ])('answers %s %s as unimplemented', async (verb, path, body) => {
    await start();

    expect(await rest.call(verb, path, body)).toMatchObject({ status: 501 });
  });

  it('drops what a detached subscription holds, and lets nobody pull from it', async () => {
    await start();
    await rest.publish('top', 'a');

    await rest.call('POST', 'subscriptions/sub:detach');
    await rest.publish('top', 'b');

    expect(pubsub.backlogOf(SUBSCRIPTION).messages).toBe(0);
    expect(await rest.call('POST', 'subscriptions/sub:pull', { maxMessages: 1 })).toMatchObject({
      status: 400,
    });
  });

  it('checks a bearer token where one is sent, and asks for none', async () => {
    await start({ tokens: new TokenRegistry() });
    const list = (headers: Record<string, string>): Promise<number> =>
      fetch(`${pubsub.url}/v1/projects/p/topics`, { headers }).then(({ status }) => status);

    expect(await list({})).toBe(200);
    expect(await list({ authorization: 'Bearer local' })).toBe(200);
    expect(await list({ authorization: 'Bearer made-up' })).toBe(401);
  });

  it('recognises the protocol also when its first bytes come one by one', async () => {
    await start();
    const socket = createConnection(pubsub.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.setNoDelay(true);

    for (const letter of 'PUT / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n') {
      await new Promise((resolve) => socket.write(letter, resolve));
    }
    const [answer] = (await once(socket, 'data')) as [Buffer];

    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it('names the port that is taken', async () => {
    await start();

    await expect(startPubsub({ port: pubsub.port })).rejects.toThrow(`Port ${pubsub.port}`);
  });

  it('gives up a pull whose caller has gone, and leases nothing to it', async () => {
    await start();
    const caller = new AbortController();
    const pull = fetch(`${pubsub.url}/v1/${SUBSCRIPTION}:pull`, {
      method: 'POST',
      body: '{"maxMessages":1}',
      signal: caller.signal,
    });
    const left = expect(pull).rejects.toThrow(/abort/);
    // The pull is waiting once a later request on another connection has been answered.
    await rest.call('GET', 'topics');
    caller.abort();
    await left;
    await rest.call('GET', 'topics');

    await rest.publish('top', 'a');

    expect(await rest.pull('sub')).toEqual(['a']);
  });
});

describe('closing the Pub/Sub stand-in', () => {
  let pubsub: PubsubStandIn;
  let client: PubSub;
  let subscription: Subscription;

  beforeEach(async () => {
    pubsub = await startPubsub({ port: 0 });
    client = new PubSub({ projectId: 'p', apiEndpoint: pubsub.url });
    const [topic] = await client.createTopic('top');
    [subscription] = await topic.createSubscription('sub');
    subscription.on('error', () => undefined);
  });
  afterEach(async () => {
    await subscription.close();
    await client.close();
  });

  it('ends open streams and waiting pulls, and frees the port', async () => {
    subscription.on('message', (message: Message) => message.ack());
    await client.topic('top').publishMessage({ data: Buffer.from('a') });
    while (pubsub.backlogOf(SUBSCRIPTION).messages > 0) await new Promise((resolve) => setImmediate(resolve));
    const body = '{"maxMessages":1}';
    const pull = fetch(`${pubsub.url}/v1/${SUBSCRIPTION}:pull`, { method: 'POST', body });
    await fetch(`${pubsub.url}/v1/projects/p/topics`).then((response) => response.text());

    await pubsub.close();

    expect((await pull).status).toBe(503);
    const reopened = await startPubsub({ port: pubsub.port });
    await reopened.close();
  });
});
