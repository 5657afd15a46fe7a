import '../../support/one-realm.ts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeGoogleAuthorization } from '../../../src/adapters/google-authorization.ts';
import { failureOf } from '../../support/blocks.ts';
import { answer, closePeers, startPeer, type Reaction } from '../../support/http-peer.ts';

const METADATA = { 'metadata-flavor': 'Google', 'content-type': 'application/json' };
const before = { ...process.env };

beforeEach(() => {
  process.env['METADATA_SERVER_DETECTION'] = 'assume-present';
  delete process.env['GOOGLE_APPLICATION_CREDENTIALS'];
  process.env['CLOUDSDK_CONFIG'] = '/nonexistent';
});
afterEach(closePeers);
afterEach(() => {
  process.env = { ...before };
});

const token = (value: string): Reaction =>
  answer(200, METADATA, JSON.stringify({ access_token: value, expires_in: 3600, token_type: 'Bearer' }));
const missing = answer(404, METADATA, 'Not Found');

/** A metadata server that reacts to requests for a token in turn, and knows nothing else. */
async function metadataServer(...script: Reaction[]): Promise<string[]> {
  const asked: string[] = [];
  const react: Reaction = (response, request, received) => {
    const isToken = received.url.includes('/token');
    const reaction = isToken ? script[asked.length] : undefined;
    if (isToken) asked.push(received.url);
    return (reaction ?? missing)(response, request, received);
  };
  const peer = await startPeer(...Array.from({ length: 20 }, () => react));
  process.env['GCE_METADATA_HOST'] = peer.origin.replace('http://', '');
  return asked;
}

describe("Google's authorization", () => {
  it('asks for nothing before a token is needed', async () => {
    const asked = await metadataServer();
    makeGoogleAuthorization('p');
    expect(asked).toEqual([]);
  });

  it('fetches one token and keeps it', async () => {
    const asked = await metadataServer(token('one'), token('two'));
    const authorization = makeGoogleAuthorization('p');
    await expect(authorization.header()).resolves.toBe('Bearer one');
    await expect(authorization.header()).resolves.toBe('Bearer one');
    expect(asked).toHaveLength(1);
  });

  it('asks for the scope that all of Google Cloud takes', async () => {
    const asked = await metadataServer(token('one'));
    await makeGoogleAuthorization('p').header();
    expect(asked[0]).toContain(encodeURIComponent('https://www.googleapis.com/auth/cloud-platform'));
  });

  it('fetches another token after one was refused', async () => {
    await metadataServer(token('one'), token('two'));
    const authorization = makeGoogleAuthorization('p');
    await authorization.header();
    authorization.refused();
    await expect(authorization.header()).resolves.toBe('Bearer two');
  });

  it('is unauthenticated where the metadata server has no such service account', async () => {
    await metadataServer(missing);
    await expect(failureOf(makeGoogleAuthorization('p').header())).resolves.toMatchObject({
      code: 'unauthenticated',
      details: { call: 'access token', status: 404 },
    });
  });

  it('is unauthenticated where there are no credentials at all', async () => {
    process.env['METADATA_SERVER_DETECTION'] = 'none';
    await expect(failureOf(makeGoogleAuthorization('p').header())).resolves.toMatchObject({
      code: 'unauthenticated',
      details: { status: null },
    });
  });

  it('is only unavailable where the metadata server is out of reach', async () => {
    await metadataServer();
    await closePeers();
    await expect(failureOf(makeGoogleAuthorization('p').header())).resolves.toMatchObject({
      code: 'unavailable',
      details: { call: 'access token', status: null },
    });
  });

  it('comes back after a failure', async () => {
    await metadataServer(missing, token('one'));
    const authorization = makeGoogleAuthorization('p');
    await failureOf(authorization.header());
    await expect(authorization.header()).resolves.toBe('Bearer one');
  });
});
