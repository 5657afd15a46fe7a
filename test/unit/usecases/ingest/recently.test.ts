import { describe, expect, it } from '@jest/globals';
import { makeRecently } from '../../../../src/usecases/ingest/recently.ts';
import { failureOf } from '../../../support/blocks.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

function setUp(capacity = 10): { clock: FakeClock; asked: string[]; get: (key: string) => Promise<string> } {
  const clock = new FakeClock();
  const recently = makeRecently<string>(clock, 1000, capacity);
  const asked: string[] = [];
  const get = (key: string): Promise<string> =>
    recently.get(key, () => {
      asked.push(key);
      return Promise.resolve(`${key}${asked.length}`);
    });
  return { clock, asked, get };
}

describe('what was asked recently', () => {
  it('is not asked again', async () => {
    const { get } = setUp();
    expect([await get('a'), await get('a')]).toEqual(['a1', 'a1']);
  });

  it('is asked once by all who ask at the same moment', async () => {
    const { get, asked } = setUp();
    await Promise.all([get('a'), get('a'), get('b')]);
    expect(asked).toEqual(['a', 'b']);
  });

  it('is asked again by one who shared a question that failed', async () => {
    const recently = makeRecently<string>(new FakeClock(), 1000, 10);
    const first = recently.get('a', () => Promise.reject(new Error('my time is up')));
    const second = recently.get('a', () => Promise.resolve('answer'));
    await expect(failureOf(first)).resolves.toMatchObject({ message: 'my time is up' });
    await expect(second).resolves.toBe('answer');
  });

  it.each([
    [999, ['a']],
    [1000, ['a', 'a']],
  ])('is believed for its lifetime (%i ms)', async (elapsedMs, expected) => {
    const { clock, get, asked } = setUp();
    await get('a');
    clock.advance(elapsedMs);
    await get('a');
    expect(asked).toEqual(expected);
  });

  it('is forgotten in the order of asking when there is too much of it', async () => {
    const { get, asked } = setUp(2);
    for (const key of ['a', 'b', 'c', 'b', 'a']) await get(key);
    expect(asked).toEqual(['a', 'b', 'c', 'a']);
  });

  it('is asked again when it could not be answered', async () => {
    const { clock } = setUp();
    const recently = makeRecently<string>(clock, 1000, 10);
    const error = new Error('later');
    await expect(failureOf(recently.get('a', () => Promise.reject(error)))).resolves.toBe(error);
    await expect(recently.get('a', () => Promise.resolve('now'))).resolves.toBe('now');
  });

  it('keeps a newer answer when an older question fails', async () => {
    const { clock } = setUp();
    const recently = makeRecently<string>(clock, 1000, 10);
    const slow = Promise.withResolvers<string>();
    const first = failureOf(recently.get('a', () => slow.promise));
    clock.advance(1000);
    await recently.get('a', () => Promise.resolve('second'));
    slow.reject(new Error('late'));
    await first;
    await expect(recently.get('a', () => Promise.resolve('third'))).resolves.toBe('second');
  });
});
