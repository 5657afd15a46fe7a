import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HEALTHCARE_RIGHTS } from '../../emulator/src/healthcare/rights.ts';
import { PUBSUB_RIGHTS } from '../../emulator/src/pubsub/rights.ts';
import { STORAGE_RIGHTS } from '../../emulator/src/storage/rights.ts';
import { accountOf, type FunctionName } from '../support/function-accounts.ts';
import { LocalProject } from '../support/local-project.ts';
import { isGiven, projectRights, type RightOptions } from '../support/rights.ts';

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

const SETTINGS: readonly (readonly [string, RightOptions])[] = [
  ['by default', {}],
  [
    'with all that may be allowed',
    { afterStore: 'archive', allowOverwrite: true, destination: 'gs://exports/site-a/' },
  ],
];
/** The second one is inside of a destination that is a folder. */
const OBJECTS = ['none', 'site-a/none'];

let project: LocalProject;

beforeAll(async () => {
  project = await LocalProject.start();
});
afterAll(() => project.close());

/** Sends a request with such a token, or without any. @returns its status. */
async function ask(token: string | undefined, verb: string, url: string, body?: object): Promise<number> {
  const answer = await fetch(url, {
    method: verb,
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(verb === 'GET' || verb === 'HEAD' ? {} : { body: JSON.stringify(body ?? {}) }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

const tokenOf = (name: FunctionName): string => project.guards.tokens.issue(accountOf(name), 60);

/** A route of storage about an object, and what it takes. */
function storageRequest(
  route: string,
  bucket: string,
  object: string,
): { readonly verb: string; readonly url: string; readonly needed: readonly Needed[] } {
  const [verb = '', path = ''] = route.split(' ');
  const parts: Readonly<Record<string, string>> = {
    ...{ bucket, object, toBucket: 'archive', toObject: 'none', notification: '1', project: 'local' },
  };
  const part = (key: string): string => parts[key] ?? '';
  const uploads = (UPLOADS[route] ?? []).map((permission) => ({
    permission,
    resource: `projects/_/buckets/${bucket}/objects/${object}`,
  }));
  const filled = path.replace(/:(\w+)\*?/g, (_, key: string) => encodeURIComponent(part(key)));
  const query = `uploadType=media&name=${encodeURIComponent(object)}`;
  return {
    verb,
    url: `${project.environment['STORAGE_EMULATOR_HOST'] ?? ''}${filled}?${query}`,
    needed: [...(STORAGE_RIGHTS[route]?.(part) ?? []), ...uploads],
  };
}

interface Needed {
  readonly permission: string;
  readonly resource: string;
}

function healthcareRequest(kind: keyof typeof HEALTHCARE, method: string): readonly [string, string] {
  const [path] = HEALTHCARE[kind];
  const [verb = '', custom] = method.split(':');
  const url = `${project.environment['HEALTHCARE_ENDPOINT'] ?? ''}/v1/${path}`;
  return [verb, custom === undefined ? url : `${url}:${custom}`];
}

const HEALTHCARE_ROWS = Object.entries(HEALTHCARE_RIGHTS).flatMap(([kind, methods]) =>
  Object.entries(methods).map(([method, permission]) => ({
    kind: kind as keyof typeof HEALTHCARE,
    method,
    permission,
  })),
);
const REST_METHODS = Object.keys(PUBSUB_RIGHTS).filter((method) => method !== 'StreamingPull');

describe.each(SETTINGS)('%s,', (_settings, options) => {
  const rights = projectRights(options);
  beforeAll(() => project.grant(options));

  describe.each(NAMES)('the token of %s', (name) => {
    it.each(Object.keys(STORAGE_RIGHTS))('may do of %s only what it has a right to', async (route) => {
      for (const bucket of BUCKETS)
        for (const object of OBJECTS) {
          const { verb, url, needed } = storageRequest(route, bucket, object);
          const status = await ask(tokenOf(name), verb, url);
          if (needed.every((right) => isGiven(name, right.permission, right.resource, rights))) continue;
          expect([bucket, object, status]).toEqual([bucket, object, 403]);
        }
    });

    it.each(HEALTHCARE_ROWS)(
      'may $method a path of $kind only with the right to',
      async ({ kind, method, permission }) => {
        const isDenied = (await ask(tokenOf(name), ...healthcareRequest(kind, method))) === 403;
        expect(isDenied).toBe(!isGiven(name, permission, HEALTHCARE[kind][1], rights));
      },
    );

    it.each(REST_METHODS)('may call %s only with the right to', async (method) => {
      const [verb, path, body] = PUBSUB[method] ?? ['', ''];
      const status = await ask(tokenOf(name), verb, `${project.pubsubUrl}${path}`, body);
      expect(status).toBe(method === 'Publish' ? 200 : 403);
    });
  });
});

describe('a request without a token', () => {
  it.each(Object.keys(STORAGE_RIGHTS))('may do nothing of %s', async (route) => {
    const { verb, url, needed } = storageRequest(route, 'inbox', 'none');
    if (needed.length > 0) expect(await ask(undefined, verb, url)).toBe(401);
    else expect(await ask(undefined, verb, url)).toBeGreaterThanOrEqual(400);
  });

  it.each(HEALTHCARE_ROWS)('may not $method a path of $kind', async ({ kind, method }) => {
    expect(await ask(undefined, ...healthcareRequest(kind, method))).toBe(401);
  });

  it.each(REST_METHODS)('may not call %s', async (method) => {
    const [verb, path, body] = PUBSUB[method] ?? ['', ''];
    expect(await ask(undefined, verb, `${project.pubsubUrl}${path}`, body)).toBe(403);
  });
});
