import { describe, expect, it } from '@jest/globals';
import { makeFixedAuthorization, type Authorization } from '../../../src/adapters/authorization.ts';
import { withAuthorization } from '../../../src/adapters/authorized-http.ts';
import type { Http, HttpAnswer, HttpRequest } from '../../../src/adapters/http.ts';
import { failureOf } from '../../support/blocks.ts';
import { makeRequest } from '../../support/http-client.ts';

/** Tokens that are numbered, a new one after each refusal. */
function numberedTokens(): Authorization {
  let number = 1;
  return {
    header: () => Promise.resolve(`Bearer ${number}`),
    refused: () => {
      number += 1;
    },
  };
}

function answering(...statuses: number[]): { http: Http; sent: HttpRequest[] } {
  const sent: HttpRequest[] = [];
  const http: Http = (request) => {
    sent.push(request);
    return Promise.resolve({ status: statuses[sent.length - 1] ?? 200 } as HttpAnswer);
  };
  return { http, sent };
}

const send = async (http: Http, times: number): Promise<number[]> => {
  const statuses: number[] = [];
  for (let count = 0; count < times; count += 1) {
    statuses.push((await http(makeRequest('http://x/', { headers: { accept: 'a' } }))).status);
  }
  return statuses;
};

describe('withAuthorization', () => {
  it('adds the authorization to the headers of the request', async () => {
    const { http, sent } = answering();
    await send(withAuthorization(http, numberedTokens()), 1);
    expect(sent[0]?.headers).toEqual({ accept: 'a', authorization: 'Bearer 1' });
  });

  it('keeps a token for as long as it is accepted', async () => {
    const { http, sent } = answering(200, 403, 500);
    await send(withAuthorization(http, numberedTokens()), 4);
    expect(new Set(sent.map(({ headers }) => headers['authorization']))).toEqual(new Set(['Bearer 1']));
  });

  it('takes a new token after one was refused, and hands the refusal on', async () => {
    const { http, sent } = answering(401, 200);
    await expect(send(withAuthorization(http, numberedTokens()), 2)).resolves.toEqual([401, 200]);
    expect(sent.map(({ headers }) => headers['authorization'])).toEqual(['Bearer 1', 'Bearer 2']);
  });

  it('leaves the headers alone where there is no authorization', async () => {
    const { http, sent } = answering(401);
    await send(withAuthorization(http, makeFixedAuthorization(undefined)), 2);
    expect(sent.map(({ headers }) => headers)).toEqual([{ accept: 'a' }, { accept: 'a' }]);
  });

  it('sends a fixed authorization always, also after it was refused', async () => {
    const { http, sent } = answering(401);
    await send(withAuthorization(http, makeFixedAuthorization('Basic eA==')), 2);
    expect(sent.map(({ headers }) => headers['authorization'])).toEqual(['Basic eA==', 'Basic eA==']);
  });

  it('sends nothing when no token can be had', async () => {
    const { http, sent } = answering();
    const error = new Error('no credentials');
    const none: Authorization = { header: () => Promise.reject(error), refused: () => undefined };
    await expect(failureOf(send(withAuthorization(http, none), 1))).resolves.toBe(error);
    expect(sent).toEqual([]);
  });
});
