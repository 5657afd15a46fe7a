import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GoogleAuth } from 'google-auth-library';
import type { RunningServer } from '../../src/http/server.ts';
import { TokenRegistry } from '../../src/http/tokens.ts';
import { startMetadataServer } from '../../src/metadata/metadata-server.ts';

const ACCOUNT = 'ingest@local.iam.gserviceaccount.com';
const VARIABLES = [
  'GCE_METADATA_HOST',
  'METADATA_SERVER_DETECTION',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'GOOGLE_CLOUD_PROJECT',
  'HOME',
] as const;
const before = new Map(VARIABLES.map((name) => [name, process.env[name]]));

let nowMs = 1_800_000_000_000;
const tokens = new TokenRegistry(() => nowMs);
const running: RunningServer[] = [];

async function start(account = ACCOUNT, tokenLifetimeSeconds?: number): Promise<RunningServer> {
  const server = await startMetadataServer({
    port: 0,
    tokens,
    project: 'local',
    account,
    now: () => nowMs,
    ...(tokenLifetimeSeconds === undefined ? {} : { tokenLifetimeSeconds }),
  });
  running.push(server);
  return server;
}

function get(server: RunningServer, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.url}/computeMetadata/v1/${path}`, {
    headers: { 'Metadata-Flavor': 'Google', ...headers },
  });
}

const getText = async (server: RunningServer, path: string): Promise<string> =>
  (await get(server, path)).text();

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

describe('the metadata server through google-auth-library', () => {
  beforeEach(() => {
    delete process.env['GOOGLE_APPLICATION_CREDENTIALS'];
    delete process.env['GOOGLE_CLOUD_PROJECT'];
    // Keeps the library from finding the developer's own gcloud credentials first.
    process.env['HOME'] = '/nonexistent';
    process.env['METADATA_SERVER_DETECTION'] = 'assume-present';
  });

  afterAll(() => {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });

  async function authenticate(server: RunningServer): Promise<GoogleAuth> {
    process.env['GCE_METADATA_HOST'] = `127.0.0.1:${server.port}`;
    const auth = new GoogleAuth({ scopes: ['https://www.googleapis.com/auth/cloud-platform'] });
    await auth.getClient();
    return auth;
  }

  it('gives a token that the registry knows as the account', async () => {
    const auth = await authenticate(await start());
    const headers = await auth.getRequestHeaders('https://healthcare.googleapis.com/');
    const token = headers.get('authorization')?.replace('Bearer ', '') ?? '';
    expect(tokens.accountOf(token)).toBe(ACCOUNT);
  });

  it('tells the project, the account and the universe', async () => {
    const auth = await authenticate(await start());
    expect(await auth.getProjectId()).toBe('local');
    expect((await auth.getCredentials()).client_email).toBe(ACCOUNT);
    expect(await auth.getUniverseDomain()).toBe('googleapis.com');
  });

  it('gives an identity token for the audience that was asked for', async () => {
    const auth = await authenticate(await start());
    const client = await auth.getIdTokenClient('https://ingest.example');
    const token = await client.idTokenProvider.fetchIdToken('https://ingest.example');
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object;
    expect(claims).toMatchObject({ aud: 'https://ingest.example', email: ACCOUNT });
  });

  it('lets two servers stand for two accounts', async () => {
    const accounts = [];
    for (const account of ['a@local.iam.gserviceaccount.com', 'b@local.iam.gserviceaccount.com']) {
      const auth = await authenticate(await start(account));
      const token = (await auth.getAccessToken()) ?? '';
      accounts.push(tokens.accountOf(token));
    }
    expect(accounts).toEqual(['a@local.iam.gserviceaccount.com', 'b@local.iam.gserviceaccount.com']);
  });
});

describe('the metadata server', () => {
  it('refuses a request without its header, and one that came through a proxy', async () => {
    const server = await start();
    const bare = await fetch(`${server.url}/computeMetadata/v1/project/project-id`);
    expect(bare.status).toBe(403);
    expect((await get(server, 'project/project-id', { 'X-Forwarded-For': '10.0.0.1' })).status).toBe(403);
  });

  it('answers with its header, also a ping of its root', async () => {
    const ping = await fetch(`${(await start()).url}/`);
    expect([ping.status, ping.headers.get('metadata-flavor'), await ping.text()]).toEqual([
      200,
      'Google',
      'computeMetadata/\n',
    ]);
  });

  it.each([
    ['instance/', 'id\nregion\nservice-accounts/\nzone\n'],
    ['instance/service-accounts/default/email', ACCOUNT],
    [`instance/service-accounts/${ACCOUNT}/email`, ACCOUNT],
    ['instance/service-accounts/default/scopes', 'https://www.googleapis.com/auth/cloud-platform'],
    ['project/project-id', 'local'],
    ['project/numeric-project-id', '1'],
    ['universe/universe-domain', 'googleapis.com'],
  ])('has %s', async (path, expected) => {
    expect(await getText(await start(), path)).toBe(expected);
  });

  it.each([
    ['instance/service-accounts/someone@else/email', 404],
    ['instance/attributes/constructor', 404],
    ['instance/service-accounts/default/identity', 400],
  ])('answers %s with %i', async (path, status) => {
    expect((await get(await start(), path)).status).toBe(status);
  });

  it('lists a directory as JSON, without credentials', async () => {
    const response = await get(await start(), 'instance/service-accounts/?recursive=true');
    const account = { aliases: 'default', email: ACCOUNT, scopes: expect.any(String) };
    expect(await response.json()).toEqual({ default: account, [ACCOUNT]: account });
  });

  const token = async (server: RunningServer): Promise<{ access_token: string; expires_in: number }> =>
    (await (await get(server, 'instance/service-accounts/default/token')).json()) as never;

  it('hands out one token until five minutes before its end, then another', async () => {
    const server = await start(ACCOUNT, 3600);
    const first = await token(server);
    nowMs += 3_300_000;
    const last = await token(server);
    nowMs += 1000;
    const next = await token(server);
    expect([first.expires_in, last.expires_in, next.expires_in]).toEqual([3600, 300, 3600]);
    expect(last.access_token).toBe(first.access_token);
    expect(next.access_token).not.toBe(first.access_token);
  });

  it('replaces a revoked token', async () => {
    const server = await start();
    const revoked = await token(server);
    tokens.revoke(ACCOUNT);
    const replaced = await token(server);
    expect(tokens.accountOf(revoked.access_token)).toBeUndefined();
    expect(tokens.accountOf(replaced.access_token)).toBe(ACCOUNT);
  });

  it('gives tokens that end when they say', async () => {
    const { access_token: short } = await token(await start('brief@local.iam.gserviceaccount.com', 2));
    expect(tokens.accountOf(short)).toBe('brief@local.iam.gserviceaccount.com');
    nowMs += 2000;
    expect(tokens.accountOf(short)).toBeUndefined();
  });
});
