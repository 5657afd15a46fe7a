import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AfflictedServer, ANSWER, until } from './afflicted-server.ts';

let server: AfflictedServer;

beforeEach(async () => {
  server = await AfflictedServer.start();
});
afterEach(() => server.close());

const UPLOAD = Buffer.alloc(200_000, 7);
const post = () => server.send('POST', '/v1/thing', UPLOAD);

describe('a scripted status', () => {
  it("is answered in Google's form, after the request was read, and the service never hears of it", async () => {
    await server.script({ fault: { kind: 'status', status: 503 } });
    const seen = await post();
    expect(seen.status).toBe(503);
    expect(JSON.parse(seen.body.toString())).toMatchObject({ error: { code: 503, status: 'UNAVAILABLE' } });
    expect(seen.headers['retry-after']).toBeUndefined();
    expect(server.served).toEqual([]);
  });

  it.each([
    ['seconds', 7, '7'],
    ['a text as it is', 'Fri, 02 Jan 2026 03:04:08 GMT', 'Fri, 02 Jan 2026 03:04:08 GMT'],
  ])('carries Retry-After as %s', async (_, retryAfter, sent) => {
    await server.script({ fault: { kind: 'status', status: 429, retryAfter } });
    expect((await post()).headers['retry-after']).toBe(sent);
  });

  it('carries Retry-After as a date from now', async () => {
    const before = Date.now();
    await server.script({ fault: { kind: 'status', status: 429, retryAfter: { dateInSeconds: 3600 } } });
    const { headers } = await post();
    const date = headers['retry-after'] ?? '';
    expect(new Date(date).toUTCString()).toBe(date);
    // A date has whole seconds.
    expect(Date.parse(date)).toBeGreaterThan(before + 3_598_999);
    expect(Date.parse(date)).toBeLessThanOrEqual(Date.now() + 3_600_000);
  });

  it('carries the body and the headers it is given', async () => {
    await server.script(
      { fault: { kind: 'status', status: 409, body: { '00081198': { vr: 'SQ' } }, headers: { 'x-a': 'b' } } },
      { fault: { kind: 'status', status: 400, body: 'not a DICOM file' } },
    );
    const [json, text] = [await post(), await post()];
    expect(JSON.parse(json.body.toString())).toEqual({ '00081198': { vr: 'SQ' } });
    expect(json.headers['x-a']).toBe('b');
    expect(text.body.toString()).toBe('not a DICOM file');
    expect(text.headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  it('comes before the request is over where it is early', async () => {
    await server.script({ fault: { kind: 'status', status: 413, early: true } });
    const unfinished = server.send('POST', '/v1/thing', Buffer.alloc(50_000_000));
    expect((await unfinished).status).toBe(413);
    expect(server.served).toEqual([]);
  });

  it('takes the place of the answer where the service did its work before', async () => {
    await server.script({ after: true, fault: { kind: 'status', status: 503 } });
    const seen = await post();
    expect(seen.status).toBe(503);
    expect(server.served).toEqual([{ method: 'POST', bytes: UPLOAD.length, isWhole: true }]);
  });

  it('leaves the connection usable', async () => {
    await server.script({ fault: { kind: 'status', status: 503 } });
    await post();
    const seen = await post();
    expect(seen.body.equals(ANSWER)).toBe(true);
  });
});

describe('an answer that is none', () => {
  it('is a page of HTML from a proxy', async () => {
    await server.script({ fault: { kind: 'html' } }, { fault: { kind: 'html', status: 502, retryAfter: 1 } });
    const [ok, bad] = [await post(), await post()];
    expect(ok).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(ok.body.toString()).toMatch(/^<!DOCTYPE html>/);
    expect(bad).toMatchObject({ status: 502, headers: { 'retry-after': '1' } });
    expect(server.served).toEqual([]);
  });

  it('is JSON that ends in the middle, of the right length', async () => {
    await server.script({ fault: { kind: 'malformed-json' } });
    const seen = await post();
    expect(seen).toMatchObject({ status: 200, error: undefined });
    expect(seen.headers['content-type']).toMatch(/^application\/json/);
    expect(() => JSON.parse(seen.body.toString()) as unknown).toThrow(SyntaxError);
  });
});

describe('a reset', () => {
  it.each(['start', 'headers'] as const)(
    'at %s gives no answer, and the service never hears of it',
    async (at) => {
      await server.script({ fault: { kind: 'reset', at } });
      expect(await post()).toMatchObject({
        status: undefined,
        error: expect.stringMatching(/ECONNRESET|EPIPE/),
      });
      expect(server.served).toEqual([]);
    },
  );

  it('after the work gives no answer either', async () => {
    await server.script({ after: true, fault: { kind: 'reset', at: 'headers' } });
    expect(await post()).toMatchObject({ status: undefined, error: 'ECONNRESET' });
    expect(server.served).toEqual([{ method: 'POST', bytes: UPLOAD.length, isWhole: true }]);
  });

  it('in the request body shows the service a request that breaks off there', async () => {
    await server.script({ fault: { kind: 'reset', at: 'request-body', afterBytes: 100_000 } });
    const seen = await post();
    expect(seen).toMatchObject({ status: undefined, error: expect.stringMatching(/ECONNRESET|EPIPE/) });
    await until(() => server.served.length === 1);
    expect(server.served[0]?.isWhole).toBe(false);
    expect(server.served[0]?.bytes).toBeLessThanOrEqual(100_000);
  });

  it('in the request body happens at its end where it is shorter', async () => {
    await server.script({ fault: { kind: 'reset', at: 'request-body', afterBytes: 1_000_000 } });
    expect((await post()).status).toBeUndefined();
    expect((await server.get()).status).toBe(200);
  });

  it('in the response body comes after so many bytes of a longer answer', async () => {
    await server.script({ fault: { kind: 'reset', at: 'response-body', afterBytes: 123 } });
    const seen = await server.get();
    expect(seen).toMatchObject({ status: 200, error: 'ECONNRESET' });
    expect(seen.headers['content-length']).toBe(String(ANSWER.length));
    expect(seen.body.equals(ANSWER.subarray(0, 123))).toBe(true);
  });
});

describe('a cut', () => {
  it.each([0, 5, 10, 11, 999])(
    'ends the answer after %i bytes, though it was announced longer',
    async (afterBytes) => {
      await server.script({ fault: { kind: 'cut', afterBytes } });
      const seen = await server.get();
      // Node.js calls it a reset also when the connection was closed in order.
      expect(seen).toMatchObject({ status: 200, error: 'ECONNRESET' });
      expect(seen.headers['content-length']).toBe(String(ANSWER.length));
      expect(seen.body.equals(ANSWER.subarray(0, afterBytes))).toBe(true);
      expect(server.served).toHaveLength(1);
    },
  );
});

describe('a hang', () => {
  /** Waits until the request is where it hangs, then leaves, as a client with a time-out does. */
  async function leaveHanging(isThere: () => Promise<boolean>): ReturnType<typeof post> {
    const left = new AbortController();
    const seen = server.send('POST', '/v1/thing', UPLOAD, { signal: left.signal });
    while (!(await isThere()));
    left.abort();
    return seen;
  }

  it('before the headers takes the request and never answers', async () => {
    await server.script({ fault: { kind: 'hang', at: 'headers' } });
    const seen = await leaveHanging(async () => (await server.states())[0]?.applied === 1);
    expect(seen).toMatchObject({ status: undefined, error: 'ABORT_ERR' });
    expect(server.served).toEqual([]);
  });

  it('before the headers may come after the work', async () => {
    await server.script({ after: true, fault: { kind: 'hang', at: 'headers' } });
    const seen = await leaveHanging(async () => {
      await server.states();
      return server.served.length === 1;
    });
    expect(seen).toMatchObject({ status: undefined, error: 'ABORT_ERR' });
    expect(server.served).toEqual([{ method: 'POST', bytes: UPLOAD.length, isWhole: true }]);
  });

  it('in the response body sends so much and no more', async () => {
    await server.script({ fault: { kind: 'hang', at: 'response-body', afterBytes: 50 } });
    const left = new AbortController();
    const seen = server.send('GET', '/v1/thing', undefined, {
      signal: left.signal,
      onBytes: (received) => {
        if (received >= 50) left.abort();
      },
    });
    expect(await seen).toMatchObject({ status: 200, body: ANSWER.subarray(0, 50) });
  });

  it('in the request body takes no more, and ends when the scripts are cleared', async () => {
    await server.script({ fault: { kind: 'hang', at: 'request-body', afterBytes: 1000 } });
    const seen = server.send('POST', '/v1/thing', Buffer.alloc(50_000_000));
    while ((await server.states())[0]?.applied !== 1);
    await server.control('DELETE', 'faults');
    expect((await seen).status).toBeUndefined();
    await until(() => server.served.length === 1);
    expect(server.served[0]).toMatchObject({ isWhole: false });
    expect(server.served[0]?.bytes).toBeLessThanOrEqual(1000);
  });
});

describe('a quota', () => {
  it('answers 429 to what comes faster', async () => {
    await server.script({ fault: { kind: 'quota', ratePerSecond: 0.001, burst: 2, retryAfter: 1 } });
    const statuses = [(await post()).status, (await post()).status];
    const refused = await post();
    expect([...statuses, refused.status]).toEqual([200, 200, 429]);
    expect(refused.headers['retry-after']).toBe('1');
    const [state] = await server.states();
    expect(state).toMatchObject({ applied: 1, times: null, isUsedUp: false });
  });

  it('lets requests through to the scripts that follow', async () => {
    await server.script(
      { fault: { kind: 'quota', ratePerSecond: 0.001, burst: 1 } },
      { fault: { kind: 'status', status: 500 } },
    );
    expect([(await post()).status, (await post()).status]).toEqual([500, 429]);
  });
});

describe('latency', () => {
  it('delays a request, which then meets the scripts that follow', async () => {
    await server.script(
      { fault: { kind: 'latency', delayMs: 30 } },
      { fault: { kind: 'latency', delayMs: 30 } },
      { fault: { kind: 'reset', at: 'request-body', afterBytes: 10 } },
    );
    const sentAt = performance.now();
    expect((await post()).status).toBeUndefined();
    expect((await post()).body.equals(ANSWER)).toBe(true);
    // Four waits, and timers never fire a whole millisecond early: a lower bound, which load cannot break.
    expect(performance.now() - sentAt).toBeGreaterThan(115);
    expect((await server.states()).map(({ applied }) => applied)).toEqual([2, 2, 1]);
  });
});
