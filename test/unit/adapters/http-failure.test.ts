import '../../support/one-realm.ts';
import { describe, expect, it } from '@jest/globals';
import { failureOfConnection, failureOfStatus, parseRetryAfter } from '../../../src/adapters/http-failure.ts';

const NOW_MS = Date.parse('2026-01-02T03:04:05Z');

describe('failureOfStatus', () => {
  it.each([
    [400, 'request-refused'],
    [401, 'unauthenticated'],
    [403, 'permission-denied'],
    [404, 'not-found'],
    [406, 'request-refused'],
    [408, 'unavailable'],
    [409, 'request-refused'],
    [412, 'precondition-failed'],
    [413, 'request-refused'],
    [415, 'request-refused'],
    [425, 'unavailable'],
    [429, 'throttled'],
    [500, 'unavailable'],
    [501, 'request-refused'],
    [505, 'request-refused'],
    [520, 'unavailable'],
    [502, 'unavailable'],
    [503, 'unavailable'],
    [504, 'unavailable'],
    [599, 'unavailable'],
    [302, 'request-refused'],
  ])('takes %i for %s', (status, code) => {
    expect(failureOfStatus(status, undefined, 'store instance', NOW_MS)).toMatchObject({
      code,
      message: `store instance: answered ${status}`,
      details: { call: 'store instance', status },
      retryAfterMs: undefined,
    });
  });

  it.each([429, 503, 500, 404])('keeps what %i asks for before the next try', (status) => {
    expect(failureOfStatus(status, '2', 'x', NOW_MS)).toMatchObject({ retryAfterMs: 2000 });
  });
});

describe('parseRetryAfter', () => {
  it.each([
    ['seconds', '120', 120_000],
    ['no seconds', '0', 0],
    ['seconds with spaces around', ' 5 ', 5000],
    ['a date', 'Fri, 02 Jan 2026 03:05:05 GMT', 60_000],
    ['a date that has passed', 'Fri, 02 Jan 2026 03:00:00 GMT', 0],
    ['an obsolete form of a date', 'Friday, 02-Jan-26 03:04:15 GMT', 10_000],
  ])('takes %s', (_name, value, delayMs) => {
    expect(parseRetryAfter(value, NOW_MS)).toBe(delayMs);
  });

  it.each([
    ['nothing', undefined],
    ['an empty field', ''],
    ['a word', 'soon'],
  ])('takes %s for no wish', (_name, value) => {
    expect(parseRetryAfter(value, NOW_MS)).toBeUndefined();
  });
});

describe('failureOfConnection', () => {
  it.each(['ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'UND_ERR_SOCKET', 'HPE_INVALID_CONSTANT'])(
    'takes %s for a lost connection',
    (code) => {
      const cause = Object.assign(new Error('10.0.0.1 said so'), { code });
      expect(failureOfConnection(cause, 'open object')).toMatchObject({
        code: 'connection-lost',
        message: `open object: ${code}`,
        cause,
        details: { call: 'open object', cause: code },
      });
    },
  );

  it('takes several addresses that were all tried for what the first of them failed with', () => {
    const tried = new AggregateError([Object.assign(new Error(), { code: 'ECONNREFUSED' })]);
    expect(failureOfConnection(tried, 'x')).toMatchObject({ details: { cause: 'ECONNREFUSED' } });
  });

  it.each([
    ['an error of another kind', Object.assign(new Error('no'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })],
    ['an error without a code', new Error('no')],
    ['a code that is no text', Object.assign(new Error('no'), { code: 7 })],
    ['several addresses that failed in no known way', new AggregateError([])],
    ['what is no error', 'ECONNRESET'],
  ])('leaves %s as it is', (_name, thrown) => {
    expect(failureOfConnection(thrown, 'x')).toBe(thrown);
  });
});
