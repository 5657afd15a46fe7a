import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HEALTHCARE_RIGHTS } from '../../emulator/src/healthcare/rights.ts';
import { PUBSUB_RIGHTS } from '../../emulator/src/pubsub/rights.ts';
import { STORAGE_RIGHTS } from '../../emulator/src/storage/rights.ts';
import { accountOf, type FunctionName } from '../support/function-accounts.ts';
import { LocalProject } from '../support/local-project.ts';
import { projectRights, rightsOf } from '../support/rights.ts';

const RIGHTS = projectRights();
const NAMES: readonly FunctionName[] = ['ingest', 'export', 'delete'];
const BUCKETS = ['inbox', 'quarantine', 'state', 'archive', 'records', 'exports'];
/** Here the name is not in the path: an upload's is in the query, and a session's address is itself the right to go on. */
const UPLOADS: Readonly<Record<string, readonly string[]>> = {
  'POST /upload/storage/v1/b/:bucket/o': ['storage.objects.create'],
  'PUT /upload/storage/v1/b/:bucket/o': [],
  'DELETE /upload/storage/v1/b/:bucket/o': [],
};
const DATASET = 'projects/local/locations/local/datasets/imaging';
const HEALTHCARE: Readonly<
  Record<keyof typeof HEALTHCARE_RIGHTS, readonly [path: string, resource: string]>
> = {
  datasets: ['projects/local/locations/local/datasets', 'projects/local/locations/local'],
  dataset: [DATASET, DATASET],
  stores: [`${DATASET}/dicomStores`, DATASET],
  store: [`${DATASET}/dicomStores/main`, `${DATASET}/dicomStores/main`],
  operations: [`${DATASET}/operations`, DATASET],
  operation: [`${DATASET}/operations/1`, DATASET],
  dicomWeb: [`${DATASET}/dicomStores/main/dicomWeb/studies/1.2/series/1.3`, `${DATASET}/dicomStores/main`],
};
const TOPIC = '/v1/projects/local/topics/results';
const SUBSCRIPTION = '/v1/projects/local/subscriptions/results';
const PUBSUB: Readonly<Record<string, readonly [verb: string, path: string, body?: object]>> = {
  CreateTopic: ['PUT', '/v1/projects/local/topics/new', {}],
  UpdateTopic: ['PATCH', TOPIC, { topic: {}, updateMask: 'labels' }],
  Publish: ['POST', `${TOPIC}:publish`, { messages: [{ data: 'e30=' }] }],
  GetTopic: ['GET', TOPIC],
  ListTopics: ['GET', '/v1/projects/local/topics'],
  ListTopicSubscriptions: ['GET', `${TOPIC}/subscriptions`],
  DeleteTopic: ['DELETE', TOPIC],
  DetachSubscription: ['POST', `${SUBSCRIPTION}:detach`, {}],
  CreateSubscription: ['PUT', '/v1/projects/local/subscriptions/new', { topic: TOPIC.slice(4) }],
  GetSubscription: ['GET', SUBSCRIPTION],
  UpdateSubscription: ['PATCH', SUBSCRIPTION, { subscription: {}, updateMask: 'labels' }],
  ModifyPushConfig: ['POST', `${SUBSCRIPTION}:modifyPushConfig`, { pushConfig: {} }],
  ListSubscriptions: ['GET', '/v1/projects/local/subscriptions'],
  DeleteSubscription: ['DELETE', SUBSCRIPTION],
  Pull: ['POST', `${SUBSCRIPTION}:pull`, { maxMessages: 1, returnImmediately: true }],
  Acknowledge: ['POST', `${SUBSCRIPTION}:acknowledge`, { ackIds: ['1'] }],
  ModifyAckDeadline: ['POST', `${SUBSCRIPTION}:modifyAckDeadline`, { ackIds: ['1'] }],
};

let project: LocalProject;

beforeAll(async () => {
  project = await LocalProject.start({}, RIGHTS);
});
afterAll(() => project.close());

async function ask(name: FunctionName, verb: string, url: string, body?: object): Promise<number> {
  const authorization = `Bearer ${project.guards.tokens.issue(accountOf(name), 60)}`;
  const headers = { authorization, 'content-type': 'application/json' };
  const answer = await fetch(url, {
    method: verb,
    headers,
    ...(verb === 'GET' || verb === 'HEAD' ? {} : { body: JSON.stringify(body ?? {}) }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

function has(name: FunctionName, permission: string, resource: string): boolean {
  return rightsOf(name, RIGHTS).some(
    (right) =>
      right.permission === permission &&
      (right.resource === resource || resource.startsWith(`${right.resource}/`)),
  );
}

describe.each(NAMES)('the token of %s', (name) => {
  it.each(Object.keys(STORAGE_RIGHTS))('may do of %s only what it has a right to', async (route) => {
    const [verb = '', path = ''] = route.split(' ');
    for (const bucket of BUCKETS) {
      const part = (key: string): string =>
        ({
          bucket,
          object: 'none',
          toBucket: 'archive',
          toObject: 'none',
          notification: '1',
          project: 'local',
        })[key] ?? '';
      const needed = STORAGE_RIGHTS[route]?.(part) ?? [];
      const uploads = (UPLOADS[route] ?? []).map((permission) => ({
        permission,
        resource: `projects/_/buckets/${bucket}`,
      }));
      const mayDoIt = [...needed, ...uploads].every((right) => has(name, right.permission, right.resource));
      const url = `${project.environment['STORAGE_EMULATOR_HOST'] ?? ''}${path.replace(/:(\w+)\*?/g, (_, key: string) => part(key))}`;
      const status = await ask(name, verb, `${url}?uploadType=media&name=${name}`);
      if (mayDoIt) continue;
      expect([bucket, status]).toEqual([bucket, 403]);
    }
  });

  it.each(
    Object.entries(HEALTHCARE_RIGHTS).flatMap(([kind, methods]) =>
      Object.entries(methods).map(([method, permission]) => ({ kind, method, permission })),
    ),
  )('may $method a path of $kind only with the right to', async ({ kind, method, permission }) => {
    const [path, resource] = HEALTHCARE[kind as keyof typeof HEALTHCARE];
    const [verb = '', custom] = method.split(':');
    const url = `${project.environment['HEALTHCARE_ENDPOINT'] ?? ''}/v1/${path}${custom === undefined ? '' : `:${custom}`}`;
    const isDenied = (await ask(name, verb, url)) === 403;
    expect(isDenied).toBe(!has(name, permission, resource));
  });

  it.each(Object.keys(PUBSUB_RIGHTS).filter((method) => method !== 'StreamingPull'))(
    'may call %s only with the right to',
    async (method) => {
      const [verb, path, body] = PUBSUB[method] ?? ['', ''];
      const status = await ask(name, verb, `${project.pubsubUrl}${path}`, body);
      expect(status).toBe(method === 'Publish' ? 200 : 403);
    },
  );
});
