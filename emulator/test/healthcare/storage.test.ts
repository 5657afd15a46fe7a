import { describe, expect, it } from '@jest/globals';
import { KeyedLock } from '../../src/healthcare/storage/keyed-lock.ts';
import { ShuffledMap } from '../../src/healthcare/storage/shuffled-map.ts';

describe('a keyed lock', () => {
  it('runs work on one key one after the other, and on others meanwhile', async () => {
    const lock = new KeyedLock();
    const gate = Promise.withResolvers<undefined>();
    const done: string[] = [];
    const first = lock.run('a', async () => {
      await gate.promise;
      done.push('first of a');
    });
    const second = lock.run('a', () => Promise.resolve(done.push('second of a')));
    await lock.run('b', () => Promise.resolve(done.push('b')));
    gate.resolve(undefined);
    await Promise.all([first, second]);
    expect(done).toEqual(['b', 'first of a', 'second of a']);
  });

  it('goes on after work that failed, whose caller alone sees the failure', async () => {
    const lock = new KeyedLock();
    const failing = lock.run('a', () => Promise.reject(new Error('no space')));
    const next = lock.run('a', () => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('no space');
    expect(await next).toBe('done');
  });
});

describe('a shuffled map', () => {
  it('lists in the order of hashes, however its entries came', () => {
    const map = new ShuffledMap<{ order: string }>();
    for (const order of ['c', 'a', 'd', 'b']) map.add(`uid ${order}`, { order });
    expect(map.values().map(({ order }) => order)).toEqual(['a', 'b', 'c', 'd']);
    expect(map.get('uid c')).toEqual({ order: 'c' });
    expect(map.size).toBe(4);
  });

  it('forgets one entry, also among others of its hash', () => {
    const map = new ShuffledMap<{ order: string; uid: string }>();
    for (const [uid, order] of [
      ['1', 'a'],
      ['2', 'b'],
      ['3', 'b'],
      ['4', 'c'],
    ] as const)
      map.add(uid, { order, uid });
    map.remove('2');
    map.remove('none');
    expect(map.values().map(({ uid }) => uid)).toEqual(['1', '3', '4']);
    expect(map.get('2')).toBeUndefined();
  });

  it('takes no UID twice', () => {
    const map = new ShuffledMap<{ order: string }>();
    map.add('uid', { order: 'a' });
    expect(() => map.add('uid', { order: 'b' })).toThrow('already in the index');
  });
});
