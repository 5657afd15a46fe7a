import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePubsubClient, makeStorageClient } from '../../tools/cloud/google-clients.ts';
import { LocalStack } from '../support/local-stack.ts';
import { send } from '../support/pulled-messages.ts';
import { makeDicom, tripleOf } from '../support/synthetic-dicom.ts';

let stack: LocalStack;
let line: string;

beforeAll(async () => {
  stack = await LocalStack.start('--tick', '0');
  line = join(stack.data, 'ready.json');
  writeFileSync(line, `${JSON.stringify(stack.ready)}\n`);
}, 60_000);
afterAll(() => stack.stop());

/** Nothing but how far it is, which a busy machine is told of. */
const NO_ERROR = expect.stringMatching(/^(?:\d+ looked at, .*\n)*$/);

interface Run {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs the tool as `npm run replay` does. */
const replay = (...args: string[]): Promise<Run> => runTool('--wait', '500ms', ...args);
const replayQuarantine = (...args: string[]): Promise<Run> =>
  runTool('--quarantine', 'gs://quarantine', ...args);

async function runTool(...args: string[]): Promise<Run> {
  const child = spawn(process.execPath, ['tools/replay/main.ts', '--local', line, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output, errors };
}

const endpoints = () => ({ ...stack.ready, healthcare: stack.ready.healthcare });
const pubsub = () => makePubsubClient('local', endpoints());
const inbox = () => makeStorageClient('local', endpoints()).bucket('inbox');

/** How many dead letters there are; each is given back. */
async function countDeadLetters(subscription: string): Promise<number> {
  const url = `http://${stack.ready.pubsub}/v1/projects/local/subscriptions/${subscription}`;
  const ackIds: string[] = [];
  for (;;) {
    const request = { maxMessages: 100, returnImmediately: true };
    const answer = (await send('POST', `${url}:pull`, request)) as { receivedMessages?: { ackId: string }[] };
    const pulled = answer.receivedMessages?.map(({ ackId }) => ackId) ?? [];
    if (pulled.length === 0) break;
    ackIds.push(...pulled);
  }
  if (ackIds.length > 0) await send('POST', `${url}:modifyAckDeadline`, { ackIds, ackDeadlineSeconds: 0 });
  return ackIds.length;
}

async function untilDeadLetters(subscription: string, count: number): Promise<void> {
  while ((await countDeadLetters(subscription)) < count)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Has a function's messages pushed to nobody, until they are given up; then to the function again. */
async function failWhile(name: string, work: () => Promise<unknown>): Promise<void> {
  const subscription = pubsub().subscription(name);
  const [{ pushConfig, deadLetterPolicy, retryPolicy }] = await subscription.getMetadata();
  await subscription.setMetadata({
    pushConfig: { pushEndpoint: 'http://127.0.0.1:1/' },
    retryPolicy: { minimumBackoff: { seconds: 0 }, maximumBackoff: { seconds: 0 } },
    deadLetterPolicy: { ...deadLetterPolicy, maxDeliveryAttempts: 5 },
  });
  await work();
  await subscription.setMetadata({
    pushConfig: pushConfig ?? {},
    retryPolicy: retryPolicy ?? {},
    deadLetterPolicy: deadLetterPolicy ?? {},
  });
}

describe('npm run replay', () => {
  it('shows what nobody could be told of, loses none of it, sends it back, and it ends right', async () => {
    const dead = 'ingest-dead-letter';
    await failWhile('ingest', async () => {
      for (const instance of ['1', '2']) {
        await inbox()
          .file(`dead-${instance}.dcm`)
          .save(makeDicom({ instance: `1.2.3.${instance}` }), { resumable: false });
      }
      await untilDeadLetters(dead, 2);
    });
    const dry = await replay('--subscription', dead, '--dry-run');
    expect(dry).toMatchObject({ code: 0, errors: NO_ERROR });
    expect(dry.output).toMatch(/^2 +send +object +unknown +ingest +5 +0 /m);
    expect(dry.output).not.toContain('dead-1');
    expect(await countDeadLetters(dead)).toBe(2);
    expect(stack.outcomes().size).toBe(0);

    const passedOver = await replay('--subscription', dead, '--only', 'command');
    expect(passedOver.code).toBe(0);
    expect(passedOver.output).toContain('0 sent back, 0 chosen and not sent.');
    expect(await countDeadLetters(dead)).toBe(2);

    const { code, output } = await replay('--subscription', dead);
    expect(code).toBe(0);
    expect(output).toContain('2 sent back, 0 chosen and not sent.');
    await stack.reported(2);
    expect([...stack.outcomes().values()].map(({ outcome }) => outcome)).toEqual(['stored', 'stored']);
    expect(await countDeadLetters(dead)).toBe(0);

    const again = await replay('--subscription', dead);
    expect(again.output).toContain('0 sent back, 0 chosen and not sent.');
  }, 120_000);

  it('acknowledges nothing that could not be published, and says so', async () => {
    const dead = 'delete-dead-letter';
    await pubsub()
      .topic(dead)
      .publishMessage({
        json: { action: 'tick' },
        attributes: {
          CloudPubSubDeadLetterSourceSubscription: 'delete',
          CloudPubSubDeadLetterSourceSubscriptionProject: 'local',
        },
      });
    const nowhere = await replay('--subscription', dead, '--topic', 'nobodys-topic');
    expect(nowhere.code).toBe(1);
    expect(nowhere.output).toContain('0 sent back, 1 chosen and not sent.');
    expect(nowhere.errors).toContain('NOT_FOUND');
    expect(await countDeadLetters(dead)).toBe(1);
    expect((await replay('--subscription', dead)).output).toContain('1 sent back');
    expect(await countDeadLetters(dead)).toBe(0);
  }, 60_000);

  it('sends nothing to the topic of a subscription that a message only claims to come from', async () => {
    const dead = 'export-dead-letter';
    await pubsub()
      .topic(dead)
      .publishMessage({
        json: { action: 'tick' },
        attributes: {
          CloudPubSubDeadLetterSourceSubscription: 'delete',
          CloudPubSubDeadLetterSourceSubscriptionProject: 'local',
        },
      });
    const { code, errors } = await replay('--subscription', dead);
    expect(code).toBe(1);
    expect(errors).toContain('subscriptions/delete does not give its messages up to this dead-letter topic');
    expect(await countDeadLetters(dead)).toBe(1);
  }, 60_000);

  it('has ingest look at a quarantined object again, restores it only when asked to, and over nothing', async () => {
    const bytes = (patientName: string): Buffer => makeDicom({ instance: '1.2.9.9', patientName });
    const save = (name: string, content: Buffer) => inbox().file(name).save(content, { resumable: false });
    const count = (outcome: string): number =>
      [...stack.outcomes().values()].filter((report) => report.outcome === outcome).length;
    const known = stack.outcomes().size;
    const stored = count('stored');
    await save('first.dcm', bytes('A'));
    await stack.reported(known + 1);
    await save('second.dcm', bytes('B'));
    await stack.reported(known + 2);
    expect(count('conflict')).toBe(1);

    const { healthcare, dicomStore } = stack.ready;
    const { study, series, instance } = tripleOf({ instance: '1.2.9.9' });
    const path = `studies/${study}/series/${series}/instances/${instance}`;
    const remove = () =>
      fetch(`${healthcare}/v1/${dicomStore}/dicomWeb/${path}`, {
        method: 'DELETE',
        headers: { authorization: 'Bearer local' },
      });
    expect((await remove()).status).toBe(200);
    const dry = await replayQuarantine('--dry-run', '--reason', 'different-content');
    expect(dry.output).toMatch(/^1 +told +different-content /m);
    expect(dry.output).not.toContain('second.dcm');
    expect(count('conflict')).toBe(1);

    expect((await replayQuarantine('--reason', 'not-dicom')).output).toContain('0 sent back, 0 chosen');
    expect(await replayQuarantine()).toMatchObject({ code: 0, errors: NO_ERROR });
    while (count('conflict') > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(count('stored')).toBe(stored + 2);

    await inbox().file('second.dcm').delete();
    const gone = await replayQuarantine();
    expect(gone).toMatchObject({ code: 1, errors: NO_ERROR });
    expect(gone.output).toMatch(/^1 +original gone +different-content /m);
    expect((await replayQuarantine('--restore')).output).toMatch(/^1 +restored /m);
    await stack.reported(known + 3);
    expect((await replayQuarantine('--restore')).output).toMatch(/^1 +told /m);
    await save('second.dcm', bytes('C'));
    await stack.reported(known + 4);
    expect((await replayQuarantine('--restore', '--since', '2020-01-01')).output).toMatch(
      /^1 +newer object there /m,
    );
  }, 120_000);

  it.each([
    [['--dry-run'], 'Missing: --subscription.'],
    [['--subscription', 's', '--rate', '0'], '--rate takes a number from 0.1 to 1000.'],
    [['--subscription', 's', '--only', 'all'], '--only takes object, command'],
    [['--subscription', 's', '--max', '0'], '--max takes a whole number from 1.'],
    [['--subscription', 's', '--log', '/nonexistent'], '--log /nonexistent cannot be read'],
  ])('refuses %j with code 2', async (args, words) => {
    const { code, output, errors } = await replay(...args);
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toContain(words);
  });
});
