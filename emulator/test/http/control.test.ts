import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AfflictedServer } from './afflicted-server.ts';

let server: AfflictedServer;

beforeEach(async () => {
  server = await AfflictedServer.start();
});
afterEach(() => server.close());

const statusesOf = async (paths: readonly string[]): Promise<unknown[]> => {
  const statuses = [];
  for (const path of paths) statuses.push((await server.get(path)).status);
  return statuses;
};

describe('fault scripts', () => {
  it('happen as often as they are to, and then are used up', async () => {
    await server.script({ times: 2, fault: { kind: 'status', status: 500 } });
    expect(await statusesOf(['/v1/a'])).toEqual([500]);
    expect(await server.states()).toMatchObject([{ applied: 1, isUsedUp: false }]);
    expect(await statusesOf(['/v1/a', '/v1/a'])).toEqual([500, 200]);
    expect(await server.states()).toMatchObject([{ applied: 2, isUsedUp: true }]);
  });

  it('happen once where nothing else is said, and for ever where times is null', async () => {
    await server.script(
      { path: 'once', fault: { kind: 'status', status: 500 } },
      { path: 'ever', times: null, fault: { kind: 'status', status: 503 } },
    );
    expect(await statusesOf(['/once', '/once', '/ever', '/ever', '/ever'])).toEqual([
      500, 200, 503, 503, 503,
    ]);
    expect((await server.states()).map(({ isUsedUp }) => isUsedUp)).toEqual([true, false]);
  });

  it('happen to requests of their method, path and query only', async () => {
    await server.script({
      method: 'GET',
      path: '^/storage/v1/b/inbox/o/[^/?]+\\?alt=media$',
      times: null,
      fault: { kind: 'status', status: 429 },
    });
    const target = '/storage/v1/b/inbox/o/a%2Fb?alt=media';
    expect((await server.send('GET', target)).status).toBe(429);
    expect((await server.send('DELETE', target)).status).toBe(200);
    expect(await statusesOf(['/storage/v1/b/inbox/o/a%2Fb', '/storage/v1/b/other/o/a?alt=media'])).toEqual([
      200, 200,
    ]);
  });

  it('follow each other in the order in which they came', async () => {
    await server.script(
      { fault: { kind: 'pass' } },
      { fault: { kind: 'status', status: 500 } },
      { fault: { kind: 'status', status: 429 } },
    );
    expect(await statusesOf(['/v1', '/v1', '/v1', '/v1'])).toEqual([200, 500, 429, 200]);
  });

  it('are counted for requests at the same time without sharing one', async () => {
    await server.script({ times: 3, fault: { kind: 'status', status: 500 } });
    const seen = await Promise.all(Array.from({ length: 10 }, () => server.get()));
    expect(seen.filter(({ status }) => status === 500)).toHaveLength(3);
  });

  it('are gone when they are cleared', async () => {
    await server.script({ times: null, fault: { kind: 'status', status: 500 } });
    await server.control('DELETE', 'faults');
    expect(await server.states()).toEqual([]);
    expect(await statusesOf(['/v1'])).toEqual([200]);
  });

  it('are shown as they were understood', async () => {
    await server.script({ fault: { kind: 'hang', at: 'headers' } });
    expect(await server.states()).toEqual([
      {
        id: 1,
        method: '',
        path: '',
        times: 1,
        after: false,
        fault: { kind: 'hang', at: 'headers' },
        applied: 0,
        isUsedUp: false,
      },
    ]);
  });

  it.each([
    [{}, 'fault: has to be an object.'],
    [{ fault: {} }, 'fault.kind: there is no kind given.'],
    [{ fault: { kind: 'explode' } }, 'fault.kind: there is no kind explode.'],
    [{ fault: { kind: 'status' } }, 'fault.status: is missing.'],
    [
      { fault: { kind: 'status', status: 99 } },
      'fault.status: has to be a whole number of at least 200 and at most 599.',
    ],
    [{ fault: { kind: 'status', status: 503, retryafter: 3 } }, 'fault: has no retryafter.'],
    [
      { fault: { kind: 'status', status: 503, retryAfter: { inSeconds: 3 } } },
      'fault.retryAfter.dateInSeconds: is missing.',
    ],
    [
      { fault: { kind: 'status', status: 503, headers: { a: 1 } } },
      'fault.headers: has to be an object of texts.',
    ],
    [{ fault: { kind: 'reset', at: 'dawn' } }, 'fault.at: there is no dawn.'],
    [{ fault: { kind: 'cut' } }, 'fault.afterBytes: is missing.'],
    [
      { fault: { kind: 'quota', ratePerSecond: 0, burst: 1 } },
      'fault.ratePerSecond: has to be a number of at least 0.001.',
    ],
    [{ times: 0, fault: { kind: 'pass' } }, 'script.times: has to be a whole number of at least 1.'],
    [{ after: 'yes', fault: { kind: 'pass' } }, 'script.after: has to be true or false.'],
    [{ path: '(', fault: { kind: 'pass' } }, 'path: has to be a regular expression.'],
    [{ paths: 'x', fault: { kind: 'pass' } }, 'script: has no paths.'],
    [{ after: true, fault: { kind: 'cut', afterBytes: 1 } }, /^after: /],
    [{ after: true, fault: { kind: 'status', status: 503, early: true } }, /^after: /],
  ])('are refused with the reason: %j', async (script, message) => {
    const seen = await server.control('POST', 'faults', script);
    expect(seen.status).toBe(400);
    const { error } = JSON.parse(seen.body.toString()) as { error: { message: string } };
    expect(error.message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
    expect(await server.states()).toEqual([]);
  });

  it('are taken all or none', async () => {
    const seen = await server.control('POST', 'faults', [
      { fault: { kind: 'pass' } },
      { fault: { kind: 'no' } },
    ]);
    expect(seen.status).toBe(400);
    expect(await server.states()).toEqual([]);
  });
});

describe('requests', () => {
  const counts = async (): Promise<unknown> =>
    (JSON.parse((await server.control('GET', 'requests')).body.toString()) as { requests: unknown }).requests;

  it('are counted by method and route, whether a fault happens to them or not', async () => {
    await server.script({ fault: { kind: 'reset', at: 'start' } });
    await server.get('/storage/v1/b/inbox/o/a?alt=media&generation=1');
    await server.get('/storage/v1/b/inbox/o/b?alt=media&generation=2');
    await server.send('DELETE', '/storage/v1/b/inbox/o/b');
    expect(await counts()).toEqual({
      'GET /storage/v1/b/inbox/o/*?alt=media': 2,
      'DELETE /storage/v1/b/inbox/o/*': 1,
    });
  });

  it('are counted from nothing after a reset', async () => {
    await server.get('/v1/a');
    await server.control('DELETE', 'requests');
    expect(await counts()).toEqual({});
  });
});

describe('the control endpoint', () => {
  it('knows no other paths', async () => {
    expect((await server.control('GET', 'anything')).status).toBe(404);
    expect((await server.control('PUT', 'faults', {})).status).toBe(404);
  });
});
