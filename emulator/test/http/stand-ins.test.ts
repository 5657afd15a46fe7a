import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHealthcare } from '../../src/healthcare/healthcare.ts';
import { DEVELOPER_TOKEN, TokenRegistry } from '../../src/http/tokens.ts';
import { startMetadataServer } from '../../src/metadata/metadata-server.ts';
import { startPubsub } from '../../src/pubsub/pubsub.ts';
import { startStorage } from '../../src/storage/storage.ts';

const HEADERS = { authorization: `Bearer ${DEVELOPER_TOKEN}`, 'metadata-flavor': 'Google' };

const STAND_INS = [
  ['storage', '/storage/v1/b?project=p'],
  ['pubsub', '/v1/projects/p/topics'],
  ['healthcare', '/v1/projects/p/locations/l/datasets'],
  ['metadata', '/computeMetadata/v1/project/project-id'],
] as const;

type Name = (typeof STAND_INS)[number][0];

let dataDir: string;
let running: Readonly<Record<Name, { readonly url: string; close(): Promise<void> }>>;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'courier-faults-'));
  const tokens = new TokenRegistry();
  const publish = (): Promise<void> => Promise.resolve();
  running = {
    storage: await startStorage({ port: 0, dataDir: join(dataDir, 'storage'), publish, tokens }),
    pubsub: await startPubsub({ port: 0, tokens }),
    healthcare: await startHealthcare({ port: 0, dataDir: join(dataDir, 'healthcare'), tokens }),
    metadata: await startMetadataServer({ port: 0, tokens, project: 'p', account: 'a@p.invalid' }),
  };
});

afterAll(async () => {
  await Promise.all(Object.values(running).map((standIn) => standIn.close()));
  await rm(dataDir, { recursive: true, force: true });
});

describe.each(STAND_INS)('the %s stand-in', (name, path) => {
  const ask = (method: string, what: string, body?: object): Promise<Response> =>
    fetch(`${running[name].url}${what}`, {
      method,
      headers: HEADERS,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  it('takes fault scripts, and tells that one was used up', async () => {
    await ask('POST', '/_control/faults', { path: '^/', fault: { kind: 'status', status: 418 } });
    const statuses = [(await ask('GET', path)).status, (await ask('GET', path)).status];
    expect(statuses).toEqual([418, 200]);
    const state = await (await ask('GET', '/_control/faults')).json();
    expect(state).toMatchObject({ scripts: [{ applied: 1, isUsedUp: true }] });
  });

  it('ends though requests hang', async () => {
    await ask('POST', '/_control/faults', { times: null, fault: { kind: 'hang', at: 'headers' } });
    const hanging = ask('GET', path).then(
      () => 'answered',
      () => 'cut off',
    );
    const applied = async (): Promise<boolean> => {
      const { scripts } = (await (await ask('GET', '/_control/faults')).json()) as {
        scripts: { applied: number; fault: { kind: string } }[];
      };
      return scripts.some(({ applied: count, fault }) => fault.kind === 'hang' && count === 1);
    };
    while (!(await applied()));
    await running[name].close();
    await expect(hanging).resolves.toBe('cut off');
  });
});
