import '../support/one-realm.ts';
import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { COMMAND, ExportWorld, makeInstances, manifestOf, nameOf } from '../support/export-world.ts';
import type { KillPoint } from '../support/port-gate.ts';

/** More deliveries than any schedule here needs. */
const MOST_DELIVERIES = 400;

const kill: fc.Arbitrary<KillPoint> = fc.record({
  effect: fc.integer({ min: 1, max: 90 }),
  when: fc.constantFrom('before' as const, 'after' as const),
});

describe('an export whose function is killed at any of its effects, and whose messages come in any order', () => {
  it('leaves the same objects, one manifest and one final report', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(kill, { maxLength: 8 }),
        fc.integer({ min: 1, max: 14 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.nat(100), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 3 }),
        async (kills, instances, sliceInstances, order, atOnce) => {
          const world = new ExportWorld({ settings: { sliceInstances } });
          const uids = makeInstances(instances);
          const bytes = uids.map((one) => world.put(one));
          await deliver(world, { order, kills, atOnce });

          const { status, counts } = world.report;
          const done = (counts['exported'] ?? 0) + (counts['already-exported'] ?? 0);
          if (status !== 'complete' || done !== instances) throw new Error(JSON.stringify(world.report));
          const expected = [...uids.map(nameOf), 't/_courier/trial/manifest.jsonl'].sort();
          const names = world.buckets.names('exports');
          if (names.join() !== expected.join()) throw new Error(`Other objects: ${names.join(', ')}`);
          for (const [index, one] of uids.entries()) {
            const object = world.buckets.objects.get(`exports/${nameOf(one)}`);
            if (object?.bytes.equals(bytes[index] ?? Buffer.alloc(0)) !== true)
              throw new Error('Other bytes.');
          }
          if (manifestOf(world).length !== instances) throw new Error('The manifest is not complete.');
          const finals = new Set(
            world.reports.filter(({ final }) => final).map((one) => JSON.stringify(one)),
          );
          if (finals.size !== 1) throw new Error(`${finals.size} final reports.`);
        },
      ),
      { numRuns: 150 },
    );
  });
});

interface Schedule {
  /** Which of the waiting messages comes next. */
  readonly order: readonly number[];
  /** Of the first deliveries. */
  readonly kills: readonly KillPoint[];
  /** How many processes there are. */
  readonly atOnce: number;
}

/** Delivers the command and its slices, each message at least twice, until nothing is left. */
async function deliver(world: ExportWorld, { order, kills, atOnce }: Schedule): Promise<void> {
  const waiting: unknown[] = [COMMAND, COMMAND];
  let deliveries = 0;
  const deliverOne = async (): Promise<void> => {
    const number = deliveries;
    deliveries += 1;
    const at = (order[number % order.length] ?? 0) % waiting.length;
    const [message] = waiting.splice(at, 1);
    const status = await world.deliver(message, `m${number}`, kills[number]);
    if (status !== 204) waiting.push(message);
  };
  while (waiting.length > 0) {
    if (deliveries > MOST_DELIVERIES) throw new Error('It does not come to an end.');
    await Promise.all(Array.from({ length: Math.min(atOnce, waiting.length) }, deliverOne));
    for (const slice of world.slices.messages.splice(0)) waiting.push(slice, slice);
    world.clock.advance(10);
  }
}
