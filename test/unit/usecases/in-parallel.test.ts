import { describe, expect, it } from '@jest/globals';
import { inParallel } from '../../../src/usecases/in-parallel.ts';
import { failureOf } from '../../support/blocks.ts';

/** Work that ends when it is let go. */
function gatedWork() {
  const begun: number[] = [];
  const ended: number[] = [];
  const gates = new Map<number, () => void>();
  const work = async (item: number): Promise<void> => {
    begun.push(item);
    await new Promise<void>((resolve) => gates.set(item, resolve));
    if (item < 0) throw new Error(`${item} failed`);
    ended.push(item);
  };
  const release = async (...items: number[]): Promise<void> => {
    for (const item of items) gates.get(item)?.();
    await settled();
  };
  return { begun, ended, work, release };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

describe('doing something for each of many', () => {
  it('begins the next only when there is room for it', async () => {
    const { begun, ended, work, release } = gatedWork();
    const all = inParallel([1, 2, 3], 2, work);
    await settled();
    expect(begun).toEqual([1, 2]);
    await release(2);
    expect(begun).toEqual([1, 2, 3]);
    await release(1, 3);
    await all;
    expect(ended).toEqual([2, 1, 3]);
  });

  it('begins nothing more after a failure, and fails with it when the others have ended', async () => {
    const { begun, ended, work, release } = gatedWork();
    const failure = failureOf(inParallel([1, -2, 3], 2, work));
    await settled();
    await release(-2);
    expect(begun).toEqual([1, -2]);
    await release(1);
    await expect(failure).resolves.toMatchObject({ message: '-2 failed' });
    expect(ended).toEqual([1]);
  });

  it('ends what it has begun when there is no next item because the items have failed', async () => {
    const { ended, work, release } = gatedWork();
    async function* items(): AsyncGenerator<number> {
      yield 1;
      await Promise.resolve();
      throw new Error('the list failed');
    }
    let isOver = false;
    const failure = failureOf(inParallel(items(), 2, work)).finally(() => {
      isOver = true;
    });
    await settled();
    expect(isOver).toBe(false);
    await release(1);
    await expect(failure).resolves.toMatchObject({ message: 'the list failed' });
    expect(ended).toEqual([1]);
  });
});
