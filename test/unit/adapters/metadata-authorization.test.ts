import '../../support/one-realm.ts';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Authorization } from '../../../src/adapters/authorization.ts';
import { makeMetadataAuthorization } from '../../../src/adapters/metadata-authorization.ts';
import { failureOf } from '../../support/blocks.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { closeClients, makeTestHttp } from '../../support/http-client.ts';
import {
  answer,
  closePeers,
  reset,
  startPeer,
  type HttpPeer,
  type Reaction,
} from '../../support/http-peer.ts';

afterEach(closeClients);
afterEach(closePeers);

const token = (value: string, lifetimeS = 3600): Reaction =>
  answer(200, {}, JSON.stringify({ access_token: value, expires_in: lifetimeS, token_type: 'Bearer' }));

interface Metadata {
  readonly peer: HttpPeer;
  readonly clock: FakeClock;
  readonly authorization: Authorization;
}

async function startMetadata(...script: Reaction[]): Promise<Metadata> {
  const peer = await startPeer(...script);
  const clock = new FakeClock();
  const host = peer.origin.replace('http://', '');
  return { peer, clock, authorization: makeMetadataAuthorization(makeTestHttp(), host, clock) };
}

describe('the authorization by the metadata server', () => {
  it("asks for a token of the function's own account, once it is needed", async () => {
    const { peer, authorization } = await startMetadata(token('one'));
    expect(peer.requests).toEqual([]);
    await expect(authorization.header()).resolves.toBe('Bearer one');
    expect(peer.requests[0]).toMatchObject({
      method: 'GET',
      url: '/computeMetadata/v1/instance/service-accounts/default/token',
      headers: { 'metadata-flavor': 'Google' },
    });
  });

  it('asks once for all who need it at the same moment', async () => {
    const { peer, authorization } = await startMetadata(token('one'));
    const headers = await Promise.all([authorization.header(), authorization.header()]);
    expect(headers).toEqual(['Bearer one', 'Bearer one']);
    expect(peer.requests).toHaveLength(1);
  });

  it.each([
    ['keeps a token', 3600 - 240 - 1, 'Bearer one'],
    ['renews a token', 3600 - 240, 'Bearer two'],
  ])('%s after %i seconds of an hour', async (_name, elapsedS, header) => {
    const { clock, authorization } = await startMetadata(token('one'), token('two'));
    await authorization.header();
    clock.advance(elapsedS * 1000);
    await expect(authorization.header()).resolves.toBe(header);
  });

  it('asks for another token after one was refused', async () => {
    const { authorization } = await startMetadata(token('one'), token('two'));
    await authorization.header();
    authorization.refused();
    await expect(authorization.header()).resolves.toBe('Bearer two');
  });

  it.each([
    ['answers 404', answer(404), 'unavailable'],
    ['answers 429', answer(429), 'unavailable'],
    ['answers with a page', answer(200, {}, '<html>'), 'malformed-answer'],
    ['answers with something else', answer(200, {}, '{"access_token":7}'), 'malformed-answer'],
    ['hangs up', reset, 'connection-lost'],
  ])('fails when the server %s, and comes back', async (_name, reaction, code) => {
    const { authorization } = await startMetadata(reaction, token('one'));
    await expect(failureOf(authorization.header())).resolves.toMatchObject({ code });
    await expect(authorization.header()).resolves.toBe('Bearer one');
  });

  it('takes a server that does not answer in time for one that is unavailable', async () => {
    const timedOut = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    const authorization = makeMetadataAuthorization(() => Promise.reject(timedOut), 'h', new FakeClock());
    await expect(failureOf(authorization.header())).resolves.toMatchObject({ code: 'unavailable' });
  });

  it('does not let an old failure take a newer token away', async () => {
    const gate = Promise.withResolvers<undefined>();
    const late: Reaction = async (...exchange) => {
      await gate.promise;
      await reset(...exchange);
    };
    const peer = await startPeer(late, token('two'));
    const host = peer.origin.replace('http://', '');
    const authorization = makeMetadataAuthorization(makeTestHttp({}, 2), host, new FakeClock());
    const first = failureOf(authorization.header());
    authorization.refused();
    await authorization.header();
    gate.resolve(undefined);
    await first;
    await expect(authorization.header()).resolves.toBe('Bearer two');
  });
});
