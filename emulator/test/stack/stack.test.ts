import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LogLine } from '../../src/stack/functions/log-line.ts';
import { followReports } from '../../src/stack/report-feed.ts';
import { startStack, type Stack, type StackOptions } from '../../src/stack/stack.ts';
import { tickEvery } from '../../src/stack/scheduler.ts';
import { BUCKETS, DICOM_STORE, FUNCTIONS, TOPICS } from '../../src/stack/topology.ts';

const ENTRY = fileURLToPath(new URL('./support/fake-function.mjs', import.meta.url));
const PORTS = { storage: 0, pubsub: 0, healthcare: 0, functions: 0 };

let root: string;
let stack: Stack | undefined;
let pushed: {
  subscription: string;
  message: { attributes: Record<string, string>; data: string };
  /** Requests that the function was working on, with this one. */
  atOnce: number;
}[];
const told = new EventEmitter();

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stack-'));
  pushed = [];
});

afterEach(async () => {
  await stack?.close();
  stack = undefined;
  rmSync(root, { recursive: true, force: true });
});

async function start(options: Partial<StackOptions> = {}): Promise<Stack> {
  const started = await startStack({
    dataDir: join(root, 'data'),
    ports: PORTS,
    functionEntry: ENTRY,
    onFunctionError: (_name, line: LogLine) => {
      const { body, atOnce } = line.fields;
      if (line.message === 'pushed') pushed.push({ ...(body as object), atOnce } as never);
      told.emit('told');
    },
    ...options,
  });
  stack = started;
  return started;
}

async function restart(): Promise<Stack> {
  await stack?.close();
  return start();
}

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await once(told, 'told');
}

const upload = (to: Stack, name: string): Promise<void> =>
  to.clients.storage.bucket(BUCKETS.inbox).file(name).save('content', { resumable: false });

/** What the fake function at that address found in its environment. */
async function environmentOf(url = ''): Promise<Record<string, string>> {
  const answer = await fetch(url);
  return ((await answer.json()) as { environment: Record<string, string> }).environment;
}

/** The token that the function at that address would be given. */
async function tokenOf(url: string | undefined): Promise<string> {
  const { GCE_METADATA_HOST: host = '' } = await environmentOf(url);
  const path = 'computeMetadata/v1/instance/service-accounts/default/token';
  const answer = await fetch(`http://${host}/${path}`, { headers: { 'Metadata-Flavor': 'Google' } });
  return ((await answer.json()) as { access_token: string }).access_token;
}

describe('a stack', () => {
  it('has the buckets, the topics and the DICOM store', async () => {
    const { clients, services } = await start();
    const [buckets] = await clients.storage.getBuckets();
    expect(buckets.map(({ name }) => name).sort()).toEqual(Object.values(BUCKETS).sort());
    const [topics] = await clients.pubsub.getTopics();
    expect(topics.map(({ name }) => name.split('/').at(-1)).sort()).toEqual([
      'delete-dead-letter',
      'dicom-delete',
      'dicom-export',
      'dicom-results',
      'export-dead-letter',
      'inbox-objects',
      'ingest-dead-letter',
    ]);
    const store = await fetch(`${services.healthcareUrl}/v1/${DICOM_STORE}`, {
      headers: { authorization: 'Bearer local' },
    });
    expect(await store.json()).toMatchObject({ name: DICOM_STORE });
  });

  it('pushes as a deployment does, but with a shorter backoff', async () => {
    const { clients, functions } = await start();
    const [metadata] = await clients.pubsub.subscription('ingest').getMetadata();
    expect(metadata).toMatchObject({
      topic: 'projects/local/topics/inbox-objects',
      ackDeadlineSeconds: 600,
      pushConfig: { pushEndpoint: `${functions[0]?.process.url}/` },
      retryPolicy: { minimumBackoff: { seconds: '1' }, maximumBackoff: { seconds: '30' } },
      deadLetterPolicy: {
        deadLetterTopic: 'projects/local/topics/ingest-dead-letter',
        maxDeliveryAttempts: 100,
      },
    });
    const [exists] = await clients.pubsub.subscription('ingest-dead-letter').exists();
    expect(exists).toBe(true);
  });

  it('lets no more into a function at once than a deployment lets into an instance', async () => {
    const { clients } = await start({ environment: { ...process.env, FAKE_WORK_MS: '50' } });
    const topic = clients.pubsub.topic(TOPICS.export);
    const messages = Array.from({ length: 40 }, (_, index) => ({ json: { index } }));
    await Promise.all(messages.map((message) => topic.publishMessage(message)));
    await until(() => pushed.length === messages.length);
    const { concurrency } = FUNCTIONS.find(({ name }) => name === 'export') ?? {};
    expect(Math.max(...pushed.map(({ atOnce }) => atOnce))).toBe(concurrency);
  });

  it('tells the function of an object that appears in the inbox', async () => {
    await upload(await start(), 'a/b.dcm');
    await until(() => pushed.length > 0);
    expect(pushed[0]).toMatchObject({
      subscription: 'projects/local/subscriptions/ingest',
      deliveryAttempt: 1,
      message: { attributes: { eventType: 'OBJECT_FINALIZE', bucketId: 'inbox', objectId: 'a/b.dcm' } },
    });
  });

  it('wakes the function for deletions, and no other, as it is scheduled', async () => {
    const command = { action: 'cleanup', olderThan: 'P365D' };
    await start({ schedule: [tickEvery(0.1), { everySeconds: 0.25, command }] });
    const commands = (): Set<string> =>
      new Set(pushed.map(({ message }) => Buffer.from(message.data, 'base64').toString()));
    await until(() => commands().size === 2);
    expect([...commands()].sort()).toEqual([JSON.stringify(command), '{"action":"tick"}']);
    expect(new Set(pushed.map(({ subscription }) => subscription))).toEqual(
      new Set(['projects/local/subscriptions/delete']),
    );
  });

  it('gives each function a dead-letter subscription, an account and settings of its own', async () => {
    const { clients, functions, tokens } = await start();
    const [exists] = await clients.pubsub.subscription('delete-dead-letter').exists();
    expect(exists).toBe(true);
    const deletion = functions.find(({ name }) => name === 'delete');
    expect(await environmentOf(deletion?.process.url)).toMatchObject({
      FUNCTION_TARGET: 'delete',
      STATE_BUCKET: 'state',
      RECORDS_BUCKET: 'records',
      DELETE_DELAY: '1s',
      SEARCH_LAG: '5s',
    });
    expect(tokens.accountOf(await tokenOf(deletion?.process.url))).toBe(
      'delete@local.iam.gserviceaccount.com',
    );
  });

  it('uses what is there again after a restart, and pushes to where the function is now', async () => {
    await upload(await start(), 'first.dcm');
    await until(() => pushed.length === 1);
    const { clients } = await restart();
    const inbox = clients.storage.bucket(BUCKETS.inbox);
    expect((await inbox.file('first.dcm').download())[0].toString()).toBe('content');
    expect((await inbox.getNotifications())[0]).toHaveLength(1);
    await upload(await restart(), 'second.dcm');
    await until(() => pushed.length === 2);
    expect(pushed.map(({ message }) => message.attributes['objectId'])).toEqual(['first.dcm', 'second.dcm']);
  });

  it('begins with nothing on request', async () => {
    await upload(await start(), 'first.dcm');
    await stack?.close();
    const { clients } = await start({ reset: true });
    expect((await clients.storage.bucket(BUCKETS.inbox).getFiles())[0]).toEqual([]);
  });

  it('lets each function have a token of its own account', async () => {
    const { functions, tokens } = await start();
    expect(tokens.accountOf(await tokenOf(functions[0]?.process.url))).toBe(
      'ingest@local.iam.gserviceaccount.com',
    );
  });

  it('leaves nothing running when its function cannot start', async () => {
    const failure = start({ environment: { FAKE_STARTUP: 'crash' } });
    await expect(failure).rejects.toThrow('The function ingest could not be started');
    expect(existsSync(join(root, 'data', 'running.pid'))).toBe(false);
    // The same directory can be used at once.
    await expect(start()).resolves.toBeDefined();
  });

  it('gives up its start when it is asked to', async () => {
    const stopping = new AbortController();
    const failure = start({ environment: { FAKE_STARTUP: 'silent' }, signal: stopping.signal });
    stopping.abort(new Error('stopped by hand'));
    await expect(failure).rejects.toThrow('stopped by hand');
    expect(existsSync(join(root, 'data', 'running.pid'))).toBe(false);
  });
});

describe('the feed of reports', () => {
  async function follow(onReport: (report: object) => Promise<void>) {
    const problems: string[] = [];
    const running = await start();
    const feed = await followReports(running.clients.pubsub, {
      onReport,
      onProblem: (text) => {
        problems.push(text);
        told.emit('told');
      },
    });
    const publish = (data: string): Promise<string> =>
      running.clients.pubsub.topic('dicom-results').publishMessage({ data: Buffer.from(data) });
    return { feed, problems, publish };
  }

  it('hands over every report, and passes over what is none', async () => {
    const reports: object[] = [];
    const { feed, problems, publish } = await follow((report) => {
      reports.push(report);
      told.emit('told');
      return Promise.resolve();
    });
    await publish('{"reportId":"1"}');
    await publish('not JSON');
    await publish('{"reportId":"2"}');
    await until(() => reports.length === 2 && problems.length === 1);
    await feed.close();
    expect(reports).toHaveLength(2);
    expect(reports).toEqual(expect.arrayContaining([{ reportId: '1' }, { reportId: '2' }]));
    expect(problems[0]).toContain('is not a report');
  });

  it('reads a report again that could not be shown', async () => {
    let shown = 0;
    const { feed, publish } = await follow(() => {
      shown += 1;
      told.emit('told');
      return shown === 1 ? Promise.reject(new Error('the reader is gone')) : Promise.resolve();
    });
    await publish('{"reportId":"1"}');
    await until(() => shown === 2);
    await feed.close();
    expect(shown).toBe(2);
  });
});
