import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PubSub, v1 } from '@google-cloud/pubsub';
import { once } from 'node:events';
import { DEVELOPER_TOKEN } from '../../emulator/src/http/tokens.ts';
import { PUBSUB_RIGHTS } from '../../emulator/src/pubsub/rights.ts';
import { accountOf, type FunctionName } from '../support/function-accounts.ts';
import { LocalProject } from '../support/local-project.ts';
import { isGiven, projectRights } from '../support/rights.ts';

const NAMES: readonly FunctionName[] = ['ingest', 'export', 'delete'];
const TOPICS = ['results', 'export', 'delete', 'none'];
const CODE = { ok: 0, notFound: 5, permissionDenied: 7, unauthenticated: 16 };

const project = 'projects/local';
const topic = `${project}/topics/none`;
const subscription = `${project}/subscriptions/none`;
/** A request for each method, about what is not there: who may ask is told so, or makes it. */
const REQUESTS: Readonly<Record<string, object>> = {
  CreateTopic: { name: topic },
  UpdateTopic: { topic: { name: topic }, updateMask: { paths: ['labels'] } },
  Publish: { topic, messages: [{ data: Buffer.from('{}') }] },
  GetTopic: { topic },
  ListTopics: { project },
  ListTopicSubscriptions: { topic },
  DeleteTopic: { topic },
  DetachSubscription: { subscription },
  CreateSubscription: { name: subscription, topic },
  GetSubscription: { subscription },
  UpdateSubscription: { subscription: { name: subscription, topic }, updateMask: { paths: ['labels'] } },
  ModifyPushConfig: { subscription, pushConfig: {} },
  ListSubscriptions: { project },
  DeleteSubscription: { subscription },
  Pull: { subscription, maxMessages: 1 },
  Acknowledge: { subscription, ackIds: ['1'] },
  ModifyAckDeadline: { subscription, ackIds: ['1'], ackDeadlineSeconds: 10 },
};

type Call = (request: object, options: object) => Promise<unknown>;

let local: LocalProject;
let pubsub: PubSub;
let publisher: v1.PublisherClient;
let subscriber: v1.SubscriberClient;

beforeAll(async () => {
  local = await LocalProject.start();
  pubsub = new PubSub({ projectId: 'local', apiEndpoint: local.pubsubUrl, emulatorMode: true });
  // The library declares one and the same thing in two ways.
  const config = (await pubsub.getClientConfig()) as ConstructorParameters<typeof v1.PublisherClient>[0];
  publisher = new v1.PublisherClient(config);
  subscriber = new v1.SubscriberClient(config);
});
afterAll(async () => {
  await Promise.all([publisher.close(), subscriber.close(), pubsub.close()]);
  await local.close();
});

const tokenOf = (name: FunctionName): string => local.guards.tokens.issue(accountOf(name), 60);

const optionsFor = (token: string | undefined): object => ({
  autoPaginate: false,
  retry: null,
  otherArgs: { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } },
});

/** Calls a method by Google's own client. @returns gRPC's code. */
async function call(method: string, token: string | undefined, request = REQUESTS[method]): Promise<number> {
  if (method === 'StreamingPull') return openStream(token);
  const name = `${method.charAt(0).toLowerCase()}${method.slice(1)}`;
  const client = [publisher, subscriber].find((one) => name in one) as unknown as Record<string, Call>;
  return (
    client[name]?.(request ?? {}, optionsFor(token)).then(
      () => CODE.ok,
      (error: unknown) => codeOf(error),
    ) ?? NaN
  );
}

async function openStream(token: string | undefined): Promise<number> {
  const stream = subscriber.streamingPull(optionsFor(token));
  stream.write({ subscription, streamAckDeadlineSeconds: 10 });
  const [error] = (await once(stream, 'error')) as [unknown];
  return codeOf(error);
}

const codeOf = (error: unknown): number => (error as { code?: number }).code ?? NaN;

describe('over gRPC', () => {
  it.each(Object.keys(PUBSUB_RIGHTS))('no function may call %s without the right to', async (method) => {
    for (const name of NAMES)
      expect([name, await call(method, tokenOf(name))]).toEqual([name, CODE.permissionDenied]);
  });

  it.each(NAMES.flatMap((name) => TOPICS.map((to) => [name, to] as const)))(
    '%s may publish to %s only with the right to',
    async (name, to) => {
      const resource = `${project}/topics/${to}`;
      const request = { ...REQUESTS['Publish'], topic: resource };
      const isDenied = (await call('Publish', tokenOf(name), request)) === CODE.permissionDenied;
      expect(isDenied).toBe(!isGiven(name, 'pubsub.topics.publish', resource, projectRights()));
    },
  );

  it.each(Object.keys(PUBSUB_RIGHTS))('nobody may call %s without a token', async (method) => {
    expect(await call(method, undefined)).toBe(CODE.permissionDenied);
  });

  it.each(Object.keys(PUBSUB_RIGHTS))('a token that has been revoked does not call %s', async (method) => {
    const token = local.guards.tokens.issue('gone@local.iam.gserviceaccount.com', 60);
    local.guards.tokens.revoke('gone@local.iam.gserviceaccount.com');
    expect(await call(method, token)).toBe(CODE.unauthenticated);
  });

  it.each(Object.keys(PUBSUB_RIGHTS))('the owner may call %s', async (method) => {
    expect([CODE.ok, CODE.notFound]).toContain(await call(method, DEVELOPER_TOKEN));
  });
});
