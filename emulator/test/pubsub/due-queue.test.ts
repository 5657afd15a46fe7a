import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DueQueue, type Dated } from '../../src/pubsub/delivery/due-queue.ts';

interface Item extends Dated {
  readonly name: number;
}

function takeAllDue(queue: DueQueue<Item>, now: number): number[] {
  const names: number[] = [];
  for (let item = queue.takeDue(now); item !== undefined; item = queue.takeDue(now)) names.push(item.name);
  return names;
}

describe('the queue of due items', () => {
  it('gives items in the order of their times, whatever was moved and removed before', () => {
    const change = fc.record({
      name: fc.nat(20),
      at: fc.option(fc.nat(1000), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 400 }), (changes) => {
        const queue = new DueQueue<Item>();
        const items = Array.from({ length: 21 }, (_, name): Item => ({ name, dueAt: undefined }));
        const expected = new Map<number, number>();
        for (const { name, at } of changes) {
          const item = items[name];
          if (item === undefined) continue;
          if (at === undefined) {
            queue.delete(item);
            expected.delete(name);
          } else {
            queue.set(item, at);
            expected.set(name, at);
          }
        }
        expect(queue.nextAt()).toBe(expected.size === 0 ? undefined : Math.min(...expected.values()));
        const times = takeAllDue(queue, 1000).map((name) => expected.get(name));
        expect(times).toEqual([...expected.values()].sort((a, b) => a - b));
      }),
    );
  });

  it('gives nothing before its time', () => {
    const queue = new DueQueue<Item>();
    queue.set({ name: 1, dueAt: undefined }, 10);

    expect(takeAllDue(queue, 9)).toEqual([]);
    expect(takeAllDue(queue, 10)).toEqual([1]);
  });
});
