import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPubsub, type PubsubStandIn } from '../../src/pubsub/pubsub.ts';
import { startEndpoint } from './endpoint.ts';
import { RestClient } from './rest-client.ts';

const SUBSCRIPTION = 'projects/p/subscriptions/sub';
const SERVICE = new URL('../../src/pubsub/pubsub.ts', import.meta.url).href;

/** A process of its own, for the test that kills it. It writes its URL. */
const SERVE = `
  const [service, dataDir] = process.argv.slice(1);
  const { startPubsub } = await import(service);
  process.stdout.write((await startPubsub({ port: 0, dataDir })).url);
`;

describe('a Pub/Sub stand-in with a data directory', () => {
  let dataDir: string;
  let pubsub: PubsubStandIn | undefined;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'pubsub-restart-'));
  });
  afterEach(async () => {
    await pubsub?.close();
    pubsub = undefined;
    await rm(dataDir, { recursive: true });
  });

  async function restart(): Promise<RestClient> {
    await pubsub?.close();
    pubsub = await startPubsub({ port: 0, dataDir });
    return new RestClient(pubsub.url);
  }

  it('has topics, subscriptions and unacknowledged messages again after a restart', async () => {
    const before = await restart();
    await before.createTopic('top');
    await before.createSubscription('sub', 'top', { labels: { team: 'x' }, filter: 'NOT attributes:skip' });
    await before.publish('top', 'acknowledged', 'leased');
    const pulled = await before.call('POST', 'subscriptions/sub:pull', { maxMessages: 2 });
    const [first] = pulled.body['receivedMessages'] as { ackId: string }[];
    await before.call('POST', 'subscriptions/sub:acknowledge', { ackIds: [first?.ackId] });
    await before.publish('top', 'waiting');
    const { body: resource } = await before.call('GET', 'subscriptions/sub');

    const after = await restart();

    expect((await after.call('GET', 'subscriptions/sub')).body).toEqual(resource);
    expect(await after.pull('sub')).toEqual(['leased', 'waiting']);
    await after.publishMessages('top', [{ data: 'aGk=', attributes: { skip: '1' } }]);
    expect(await after.pull('sub')).toEqual([]);
  });

  it('forgets what was deleted', async () => {
    const before = await restart();
    await before.createTopic('top');
    await before.createTopic('gone');
    await before.createSubscription('sub', 'gone');
    await before.call('DELETE', 'topics/gone');

    const after = await restart();

    expect(await after.call('GET', 'topics/gone')).toMatchObject({ status: 404 });
    expect(await after.call('GET', 'subscriptions/sub')).toMatchObject({
      body: { topic: '_deleted-topic_' },
    });
  });

  it('goes on counting delivery attempts', async () => {
    const before = await restart();
    await before.createTopic('top');
    await before.createTopic('dead');
    await before.createSubscription('sub', 'top', {
      deadLetterPolicy: { deadLetterTopic: 'projects/p/topics/dead' },
    });
    await before.publish('top', 'a');
    const attempt = async (rest: RestClient): Promise<unknown> => {
      const { body } = await rest.call('POST', 'subscriptions/sub:pull', { maxMessages: 1 });
      const [received] = body['receivedMessages'] as { ackId: string; deliveryAttempt: number }[];
      const refusal = { ackIds: [received?.ackId], ackDeadlineSeconds: 0 };
      await rest.call('POST', 'subscriptions/sub:modifyAckDeadline', refusal);
      return received?.deliveryAttempt;
    };
    expect([await attempt(before), await attempt(before)]).toEqual([1, 2]);

    expect(await attempt(await restart())).toBe(3);
  });

  it('pushes what was left when it starts again', async () => {
    const endpoint = await startEndpoint((index) => (index === 0 ? 'hang' : 204));
    const before = await restart();
    await before.createTopic('top');
    await before.createSubscription('sub', 'top', { pushConfig: { pushEndpoint: endpoint.url } });
    await before.publish('top', 'a');
    await endpoint.received(1);

    await restart();
    await endpoint.received(2);

    expect(endpoint.payloads()).toEqual(['a', 'a']);
    await endpoint.close();
  });

  it('loses nothing that it has confirmed when it is killed', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', SERVE, SERVICE, dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const killed = new RestClient(await firstOutput(child));
    await killed.createTopic('top');
    await killed.createSubscription('sub', 'top');
    const confirmed: string[] = [];
    const publishing = (async () => {
      for (let index = 0; ; index += 1) {
        await killed.publish('top', String(index));
        confirmed.push(String(index));
        if (index === 200) child.kill('SIGKILL');
      }
    })();
    await expect(publishing).rejects.toThrow();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');

    const after = await restart();

    const found = new Set<string>();
    for (let batch = await after.pull('sub'); batch.length > 0; batch = await after.pull('sub')) {
      for (const payload of batch) found.add(payload);
    }
    expect(confirmed.length).toBeGreaterThan(200);
    expect(confirmed.filter((payload) => !found.has(payload))).toEqual([]);
    expect(pubsub?.backlogOf(SUBSCRIPTION).messages).toBe(found.size);
  });
});

async function firstOutput(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('The process has no output.');
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  return chunk.toString();
}
