import '../../support/one-realm.ts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { DeadlineExceededError } from '../../../src/domain/errors.ts';
import { arriving, cutEvery, failureOf, noise } from '../../support/blocks.ts';
import { closeClients, makeRequest, makeTestHttp } from '../../support/http-client.ts';
import {
  answer,
  closePeers,
  reset,
  startPeer,
  startRawPeer,
  type Reaction,
} from '../../support/http-peer.ts';
import { OpenBodies } from '../../support/tracked-body.ts';
import { until } from '../../support/until.ts';

afterEach(closeClients);
afterEach(closePeers);

const BYTES = noise(100_000);
/** More than loopback sockets take without being read. */
const MANY = noise(32 * 1024 * 1024);

/** Blocks of a source that waits before each. */
async function* slowly(blocks: readonly Buffer[], waitMs: number): AsyncGenerator<Buffer> {
  for (const block of blocks) {
    await delay(waitMs);
    yield block;
  }
}

const post = (
  origin: string,
  body: AsyncIterable<Buffer>,
  changes: object = {},
): ReturnType<typeof makeRequest> => makeRequest(origin, { method: 'POST', body, ...changes });

describe('an upload', () => {
  it.each([
    ['of known length', { 'content-length': String(BYTES.length) }],
    ['of unknown length', {}],
  ])('%s arrives whole', async (_name, headers) => {
    const peer = await startPeer(answer(200));
    const reply = await makeTestHttp()(post(peer.origin, arriving(cutEvery(BYTES, 7000)), { headers }));
    expect(reply.status).toBe(200);
    const [request] = peer.requests;
    expect(request?.isWhole).toBe(true);
    expect(Buffer.concat(request?.blocks ?? []).equals(BYTES)).toBe(true);
  });

  it('uses a connection again', async () => {
    const peer = await startPeer(answer(200), answer(200));
    const http = makeTestHttp();
    for (let count = 0; count < 2; count += 1) {
      await (await http(post(peer.origin, arriving([BYTES])))).text();
    }
    expect(peer.requests.map(({ connection }) => connection)).toEqual([1, 1]);
  });

  it.each([
    ['before its first block', [], {}],
    ['in its middle', cutEvery(BYTES, 7000), {}],
    ['before its first block, with its length announced', [], { 'content-length': '100000' }],
    [
      'in its middle, with its length announced',
      cutEvery(BYTES, 7000).slice(0, 5),
      { 'content-length': '100000' },
    ],
  ])(
    'whose source throws %s fails with that very error, and is never whole',
    async (_name, blocks, headers) => {
      const peer = await startPeer(answer(200));
      const error = new Error('the source is damaged');
      const work = makeTestHttp()(post(peer.origin, arriving(blocks, error), { headers }));
      await expect(failureOf(work)).resolves.toBe(error);
      await peer.requests[0]?.over;
      expect(peer.requests.map(({ isWhole }) => isWhole)).not.toContain(true);
    },
  );

  it('whose connection is reset in its middle says so, and closes its source', async () => {
    const bodies = new OpenBodies();
    const peer = await startPeer(((_response, request) =>
      request.once('data', () => request.socket.resetAndDestroy())) satisfies Reaction);
    const work = makeTestHttp()(post(peer.origin, bodies.track(arriving(cutEvery(MANY, 65_536)))));
    await expect(failureOf(work)).resolves.toMatchObject({ code: 'connection-lost' });
    await until(() => bodies.count === 0);
  });

  it('whose connection is reset before anything was read says so', async () => {
    const peer = await startPeer(reset);
    const work = makeTestHttp()(post(peer.origin, arriving(cutEvery(BYTES, 7000))));
    await expect(failureOf(work)).resolves.toMatchObject({ code: 'connection-lost' });
  });

  it('is given up when the peer takes no more bytes', async () => {
    const bodies = new OpenBodies();
    const origin = await startRawPeer((socket) => socket.pause());
    const work = makeTestHttp({ idleTimeoutMs: 50 })(
      post(origin, bodies.track(arriving(cutEvery(MANY, 65_536)))),
    );
    await expect(failureOf(work)).resolves.toMatchObject({
      code: 'connection-lost',
      details: { cause: 'idle' },
    });
    await until(() => bodies.count === 0);
  });

  it('from a slow source is not taken for one to a slow peer', async () => {
    const peer = await startPeer(answer(200));
    const body = slowly([BYTES, BYTES], 80);
    await expect(makeTestHttp({ idleTimeoutMs: 20 })(post(peer.origin, body))).resolves.toMatchObject({
      status: 200,
    });
  });

  it('may take longer than an answer may, as long as it goes on', async () => {
    const peer = await startPeer(answer(200));
    const body = slowly(cutEvery(BYTES.subarray(0, 5000), 1000), 50);
    const work = makeTestHttp({ answerTimeoutMs: 120 })(post(peer.origin, body));
    await expect(work).resolves.toMatchObject({ status: 200 });
  });

  it('that is answered before it has been read is over, and its source closed', async () => {
    const bodies = new OpenBodies();
    const early: Reaction = (response, request) => {
      request.pause();
      response.writeHead(503, { 'retry-after': '1' }).end();
    };
    const peer = await startPeer(early);
    const reply = await makeTestHttp()(post(peer.origin, bodies.track(arriving(cutEvery(MANY, 65_536)))));
    await reply.discard();
    expect(reply.failure()).toMatchObject({ code: 'unavailable', retryAfterMs: 1000 });
    await until(() => bodies.count === 0);
  });
});

describe('an upload and its signal', () => {
  const reason = new DeadlineExceededError('time is up');

  it('throws the reason when it is aborted, and closes its source', async () => {
    const controller = new AbortController();
    const bodies = new OpenBodies();
    const peer = await startPeer((_response, request) =>
      request.once('data', () => controller.abort(reason)),
    );
    const body = bodies.track(arriving(cutEvery(MANY, 65_536)));
    const work = makeTestHttp()(post(peer.origin, body, { signal: controller.signal }));
    await expect(failureOf(work)).resolves.toBe(reason);
    await until(() => bodies.count === 0);
    expect(peer.requests[0]?.isWhole).toBe(false);
  });

  it('sends nothing when it is aborted already', async () => {
    const peer = await startPeer(answer(200));
    const work = makeTestHttp()(post(peer.origin, arriving([BYTES]), { signal: AbortSignal.abort(reason) }));
    await expect(failureOf(work)).resolves.toBe(reason);
    expect(peer.requests).toEqual([]);
  });

  it('throws the reason also when it is aborted while its answer is read', async () => {
    const controller = new AbortController();
    const half: Reaction = async (response, _request, received) => {
      await received.over;
      response.writeHead(200, { 'content-length': '10' }).write('half');
    };
    const peer = await startPeer(half);
    const http = makeTestHttp({ idleTimeoutMs: 500 });
    const reply = await http(post(peer.origin, arriving([BYTES]), { signal: controller.signal }));
    const reading = failureOf(reply.text());
    controller.abort(reason);
    await expect(reading).resolves.toBe(reason);
  });

  it('leaves no listener on the signal', async () => {
    const peer = await startPeer(answer(200));
    const { signal } = new AbortController();
    await (await makeTestHttp()(post(peer.origin, arriving([BYTES]), { signal }))).text();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
