import { describe, expect, it } from '@jest/globals';
import { DEFAULT_RETRY_POLICY, parseRetryPolicy } from '../../../src/retry/policy.ts';

describe('parseRetryPolicy', () => {
  it('has a documented default for every field', () => {
    expect(parseRetryPolicy({})).toEqual({
      maxAttempts: 8,
      baseDelayMs: 250,
      maxDelayMs: 8000,
      budgetMs: 30_000,
    });
  });

  it('takes what is given and leaves the rest', () => {
    expect(parseRetryPolicy({ budgetMs: 0 })).toEqual({ ...DEFAULT_RETRY_POLICY, budgetMs: 0 });
  });

  it.each([
    ['no attempt at all', { maxAttempts: 0 }],
    ['half an attempt', { maxAttempts: 1.5 }],
    ['more attempts than anyone means', { maxAttempts: 101 }],
    ['a negative delay', { baseDelayMs: -1 }],
    ['an endless budget', { budgetMs: Infinity }],
    ['a text', { maxDelayMs: '8000' }],
    ['a field that it does not know', { jitter: 'full' }],
  ])('refuses %s and names the field', (_name, input) => {
    expect(() => parseRetryPolicy(input)).toThrow(Object.keys(input)[0] === 'jitter' ? /jitter/ : /Invalid/);
  });
});
