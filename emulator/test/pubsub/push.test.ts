import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startPubsub, type PubsubOptions, type PubsubStandIn } from '../../src/pubsub/pubsub.ts';
import { startEndpoint, type Endpoint, type Reaction } from './endpoint.ts';
import { FakeClock } from './fake-clock.ts';
import { RestClient } from './rest-client.ts';

const SUBSCRIPTION = 'projects/p/subscriptions/sub';

describe('push delivery', () => {
  let clock: FakeClock;
  let pubsub: PubsubStandIn;
  let rest: RestClient;
  let endpoint: Endpoint;

  beforeEach(() => {
    clock = new FakeClock();
  });
  afterEach(async () => {
    await pubsub.close();
    await endpoint.close();
    expect(clock.waiting).toBe(0);
  });

  async function start(
    react: (index: number) => Reaction | Promise<Reaction>,
    subscription: object = {},
    options: Partial<PubsubOptions> = {},
  ): Promise<void> {
    endpoint = await startEndpoint(react);
    pubsub = await startPubsub({ port: 0, clock, ...options });
    rest = new RestClient(pubsub.url);
    await rest.createTopic('top');
    const pushConfig = { pushEndpoint: endpoint.url };
    await rest.createSubscription('sub', 'top', { pushConfig, ...subscription });
  }

  /** Resolves when the service has taken in this many answers of the endpoint. */
  async function settled(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  }
  const backlog = () => pubsub.backlogOf(SUBSCRIPTION);

  /** Lets time pass, but none for a push that is under way. */
  function inTime(condition: () => boolean): Promise<void> {
    return settled(() => {
      if (backlog().outstanding === 0) clock.advance(100);
      return condition();
    });
  }

  it('delivers again when the backoff has passed, and not a moment before', async () => {
    const retryPolicy = { minimumBackoff: '10s', maximumBackoff: '600s' };
    await start((index) => (index < 2 ? 503 : 204), { retryPolicy });
    await rest.publish('top', 'a');
    await settled(() => endpoint.pushes.length === 1 && backlog().outstanding === 0);

    clock.advance(9_999);
    expect(backlog()).toEqual({ messages: 1, outstanding: 0 });
    clock.advance(1);
    await settled(() => endpoint.pushes.length === 2 && backlog().outstanding === 0);

    clock.advance(19_999);
    expect(backlog()).toEqual({ messages: 1, outstanding: 0 });
    clock.advance(1);
    await settled(() => backlog().messages === 0);
    expect(endpoint.payloads()).toEqual(['a', 'a', 'a']);
  });

  it('breaks off a request at the ack deadline and delivers the message again', async () => {
    await start((index) => (index === 0 ? 'hang' : 204), { ackDeadlineSeconds: 600 });
    await rest.publish('top', 'a');
    await endpoint.received(1);

    clock.advance(599_999);
    expect(backlog()).toEqual({ messages: 1, outstanding: 1 });
    clock.advance(1);
    await inTime(() => backlog().messages === 0);

    expect(endpoint.payloads()).toEqual(['a', 'a']);
  });

  it.each<[reaction: Reaction]>([['reset'], [302], [404], [429], [500]])(
    'takes %s for a failed delivery',
    async (reaction) => {
      await start((index) => (index === 0 ? reaction : 204));
      await rest.publish('top', 'a');
      await endpoint.received(1);

      await inTime(() => backlog().messages === 0);

      expect(endpoint.payloads()).toEqual(['a', 'a']);
    },
  );

  it('says how often delivery was attempted, and gives up to the dead-letter topic', async () => {
    endpoint = await startEndpoint(() => 500);
    pubsub = await startPubsub({ port: 0, clock });
    rest = new RestClient(pubsub.url);
    for (const topic of ['top', 'dead']) await rest.createTopic(topic);
    await rest.createSubscription('dead-sub', 'dead');
    await rest.createSubscription('sub', 'top', {
      pushConfig: { pushEndpoint: endpoint.url },
      deadLetterPolicy: { deadLetterTopic: 'projects/p/topics/dead', maxDeliveryAttempts: 6 },
    });
    await rest.publish('top', 'a');

    await inTime(() => pubsub.backlogOf('projects/p/subscriptions/dead-sub').messages === 1);

    const attempts = endpoint.pushes.map(
      ({ body }) => (JSON.parse(body.toString()) as { deliveryAttempt: number }).deliveryAttempt,
    );
    expect(attempts).toEqual([1, 2, 3, 4, 5, 6]);
    expect(backlog().messages).toBe(0);
    expect(await rest.pull('dead-sub')).toEqual(['a']);
  });

  it.each([
    ['the cap', {}, [2, 4, 8, 8]],
    ['the cap of its own', { sub: 3, other: 1 }, [2, 3, 3]],
    ['a cap below what it starts with', { sub: 1 }, [1, 1]],
  ])('starts with few pushes at a time, doubles while they succeed, up to %s', async (_, caps, widths) => {
    const gates: (() => void)[] = [];
    const gate = () => new Promise<Reaction>((release) => gates.push(() => release(204)));
    await start(gate, {}, { push: { initialWindow: 2, maximumWindow: 8, maximumWindows: caps } });
    const messages = widths.reduce((sum, width) => sum + width, 0);
    await rest.publish('top', ...Array.from({ length: messages }, (_message, index) => String(index)));

    for (const width of widths) {
      await settled(() => gates.length >= width);
      expect([gates.length, backlog().outstanding]).toEqual([width, width]);
      const round = endpoint.pushes.length;
      for (const release of gates.splice(0)) release();
      await settled(() => endpoint.pushes.length > round || backlog().messages === 0);
    }
    expect(backlog().messages).toBe(0);
  });

  it('delivers every message a second time after it was acknowledged, when asked to', async () => {
    await start(() => 204, {}, { deliverTwice: true });
    await rest.publish('top', 'a', 'b');

    await settled(() => backlog().messages === 0);

    expect(endpoint.payloads().sort()).toEqual(['a', 'a', 'b', 'b']);
  });

  it('goes to the new endpoint when the subscription is changed, with what the old one holds', async () => {
    await start(() => 'hang');
    const other = await startEndpoint(() => 204);
    await rest.publish('top', 'a');
    await endpoint.received(1);

    await rest.call('POST', 'subscriptions/sub:modifyPushConfig', {
      pushConfig: { pushEndpoint: other.url },
    });

    await settled(() => backlog().messages === 0);
    expect(other.payloads()).toEqual(['a']);
    await other.close();
  });

  it('tells of a dead letter whose topic has been deleted, and keeps the message', async () => {
    const problems: string[] = [];
    await start(() => 500, {}, { onProblem: (problem) => problems.push(problem) });
    await rest.createTopic('dead');
    await rest.call('PATCH', 'subscriptions/sub', {
      subscription: { deadLetterPolicy: { deadLetterTopic: 'projects/p/topics/dead' } },
      updateMask: 'deadLetterPolicy',
    });
    await rest.call('DELETE', 'topics/dead');
    await rest.publish('top', 'a');

    await inTime(() => problems.length > 0);

    expect(problems[0]).toMatch(/projects\/p\/topics\/dead does not exist/);
    expect(backlog().messages).toBe(1);
  });
});
