import '../../support/one-realm.ts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import {
  ConnectionLostError,
  DeadlineExceededError,
  MalformedAnswerError,
} from '../../../src/domain/errors.ts';
import { failureOf, readAll, readUntilFailure } from '../../support/blocks.ts';
import { closeClients, makeRequest, makeTestHttp } from '../../support/http-client.ts';
import {
  answer,
  closePeers,
  reset,
  startPeer,
  startRawPeer,
  type Reaction,
} from '../../support/http-peer.ts';

afterEach(closeClients);
afterEach(closePeers);

/** Promises ten bytes, sends four of them, and then does what is said. */
const partly =
  (then: Reaction): Reaction =>
  (response, request, received) => {
    response.writeHead(200, { 'content-length': '10' });
    response.write('half', () => void then(response, request, received));
  };
const nothing: Reaction = () => undefined;

describe('http', () => {
  it('sends method, path, query, headers and body', async () => {
    const peer = await startPeer(answer(200));
    const body = Buffer.from('{"a":1}');
    const url = `${peer.origin}/v1/b/a%2Fb?x=1&y=2`;
    await makeTestHttp()(makeRequest(url, { method: 'POST', headers: { 'x-mark': 'm' }, body }));
    const [request] = peer.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/v1/b/a%2Fb?x=1&y=2', isWhole: true });
    expect(request?.headers).toMatchObject({ 'x-mark': 'm', 'content-length': '7' });
    expect(Buffer.concat(request?.blocks ?? [])).toEqual(body);
  });

  it.each([204, 302, 404, 500])('resolves with an answer of %i like with any other', async (status) => {
    const peer = await startPeer(answer(status));
    await expect(makeTestHttp()(makeRequest(peer.origin))).resolves.toMatchObject({ status });
  });

  it('gives the body as it arrives, and as text', async () => {
    const peer = await startPeer(answer(200, {}, 'bytes'), answer(200, {}, 'grüße'));
    const http = makeTestHttp();
    const first = await http(makeRequest(peer.origin));
    expect((await readAll(first.body)).toString()).toBe('bytes');
    await expect((await http(makeRequest(peer.origin))).text()).resolves.toBe('grüße');
  });

  it('does not hold an answer in memory that is longer than an answer can be', async () => {
    const peer = await startPeer(answer(200, {}, 'x'.repeat(101)));
    const reply = await makeTestHttp()(makeRequest(peer.origin));
    await expect(failureOf(reply.text(100))).resolves.toBeInstanceOf(MalformedAnswerError);
  });

  it('reads a text of just the limit', async () => {
    const peer = await startPeer(answer(200, {}, 'x'.repeat(100)));
    const reply = await makeTestHttp()(makeRequest(peer.origin));
    await expect(reply.text(100)).resolves.toHaveLength(100);
  });

  it('names the failure that an answer stands for, with the delay that it asks for', async () => {
    const peer = await startPeer(answer(429, { 'retry-after': '7' }));
    const reply = await makeTestHttp()(makeRequest(peer.origin));
    expect(reply.failure()).toMatchObject({
      code: 'throttled',
      retryAfterMs: 7000,
      details: { call: 'test call', status: 429 },
    });
  });

  it.each([
    ['read', (reply: { text(): Promise<unknown> }) => reply.text()],
    ['discarded', (reply: { discard(): Promise<unknown> }) => reply.discard()],
  ])('uses the connection again once an answer has been %s', async (_name, finish) => {
    const peer = await startPeer(answer(503, {}, 'busy'), answer(200));
    const http = makeTestHttp();
    await finish(await http(makeRequest(peer.origin)));
    await http(makeRequest(peer.origin));
    expect(peer.requests.map(({ connection }) => connection)).toEqual([1, 1]);
  });

  it('gives up on discarding a long answer, and goes on with another connection', async () => {
    const endless: Reaction = (response) => response.writeHead(500).write(Buffer.alloc(1024 * 1024));
    const peer = await startPeer(endless, answer(200));
    const http = makeTestHttp();
    await (await http(makeRequest(peer.origin))).discard();
    await expect(http(makeRequest(peer.origin))).resolves.toMatchObject({ status: 200 });
  });

  it('frees the connection of an answer that is closed before anything of it was read', async () => {
    const closed = Promise.withResolvers<boolean>();
    const large: Reaction = (response) => {
      response.on('close', () => closed.resolve(true)).end(Buffer.alloc(32 * 1024 * 1024));
    };
    const peer = await startPeer(large);
    const reply = await makeTestHttp()(makeRequest(peer.origin));
    await reply.body[Symbol.asyncIterator]().return?.();
    await expect(closed.promise).resolves.toBe(true);
  });
});

describe('http when the connection fails', () => {
  it('says so when nobody listens', async () => {
    const peer = await startPeer();
    await closePeers();
    const error = await failureOf(makeTestHttp()(makeRequest(peer.origin)));
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect(error).toMatchObject({ details: { call: 'test call', cause: 'ECONNREFUSED' } });
  });

  it.each([
    ['reset before an answer', reset],
    ['closed before an answer', ((_response, request) => request.socket.end()) satisfies Reaction],
  ])('says so when it is %s', async (_name, reaction) => {
    const peer = await startPeer(reaction);
    const error = await failureOf(makeTestHttp()(makeRequest(peer.origin)));
    expect(error).toBeInstanceOf(ConnectionLostError);
  });

  it.each([
    ['reset', reset],
    ['closed', ((_response, request) => request.socket.end()) satisfies Reaction],
  ])('says so when it is %s in the middle of an answer, after what came', async (_name, reaction) => {
    const peer = await startPeer(partly(reaction));
    const reply = await makeTestHttp()(makeRequest(peer.origin));
    const { bytes, error } = await readUntilFailure(reply.body);
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect(bytes.length).toBeLessThan(10);
  });

  it('says so when the answer is not HTTP', async () => {
    const origin = await startRawPeer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    const error = await failureOf(makeTestHttp()(makeRequest(origin)));
    expect(error).toMatchObject({ code: 'connection-lost' });
  });

  it('says so when an answer in chunks ends without its last one', async () => {
    const origin = await startRawPeer((socket) => {
      socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n');
    });
    const reply = await makeTestHttp()(makeRequest(origin));
    await expect(failureOf(reply.text())).resolves.toMatchObject({ code: 'connection-lost' });
  });

  it('says so when no answer comes in time', async () => {
    const peer = await startPeer(nothing);
    const error = await failureOf(makeTestHttp({ answerTimeoutMs: 30 })(makeRequest(peer.origin)));
    expect(error).toMatchObject({ code: 'connection-lost', details: { cause: 'UND_ERR_HEADERS_TIMEOUT' } });
  });

  it('says so when an answer stands still', async () => {
    const peer = await startPeer(partly(nothing));
    const reply = await makeTestHttp({ idleTimeoutMs: 30 })(makeRequest(peer.origin));
    await expect(failureOf(reply.text())).resolves.toMatchObject({
      code: 'connection-lost',
      details: { cause: 'UND_ERR_BODY_TIMEOUT' },
    });
  });

  it('says so when a discarded answer fails by nothing at all, since nobody wants it', async () => {
    const peer = await startPeer(partly(reset));
    const reply = await makeTestHttp()(makeRequest(peer.origin));
    await expect(reply.discard()).resolves.toBeUndefined();
  });

  it('lets a mistake in the request through as it is', async () => {
    const error = await failureOf(
      makeTestHttp()(makeRequest('http://127.0.0.1:1', { headers: { 'bad name': '' } })),
    );
    expect(error).not.toHaveProperty('code', 'connection-lost');
  });
});

describe('http and its signal', () => {
  const reason = new DeadlineExceededError('time is up');

  it('sends nothing when it is aborted already', async () => {
    const peer = await startPeer(answer(200));
    const signal = AbortSignal.abort(reason);
    await expect(failureOf(makeTestHttp()(makeRequest(peer.origin, { signal })))).resolves.toBe(reason);
    expect(peer.requests).toEqual([]);
  });

  it('throws the reason when it is aborted while waiting for an answer', async () => {
    const controller = new AbortController();
    const peer = await startPeer(() => controller.abort(reason));
    const work = makeTestHttp()(makeRequest(peer.origin, { signal: controller.signal }));
    await expect(failureOf(work)).resolves.toBe(reason);
  });

  it('throws the reason when it is aborted while an answer is read', async () => {
    const controller = new AbortController();
    const peer = await startPeer(partly(nothing));
    const reply = await makeTestHttp()(makeRequest(peer.origin, { signal: controller.signal }));
    const reading = failureOf(reply.text());
    controller.abort(reason);
    await expect(reading).resolves.toBe(reason);
  });

  it('throws the reason when it is aborted while waiting for a connection', async () => {
    const controller = new AbortController();
    const peer = await startPeer(nothing);
    const http = makeTestHttp();
    const other = failureOf(http(makeRequest(peer.origin)));
    const waiting = failureOf(http(makeRequest(peer.origin, { signal: controller.signal })));
    controller.abort(reason);
    await expect(waiting).resolves.toBe(reason);
    await closeClients();
    await other;
  });

  it('leaves no listener on the signal', async () => {
    const peer = await startPeer(answer(200, {}, 'x'));
    const { signal } = new AbortController();
    const reply = await makeTestHttp()(makeRequest(peer.origin, { signal }));
    await reply.text();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
