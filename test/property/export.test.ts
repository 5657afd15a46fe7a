import '../support/one-realm.ts';
import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { CourierError, UnavailableError } from '../../src/domain/errors.ts';
import { COMMAND, ExportWorld, makeInstances, manifestOf, nameOf } from '../support/export-world.ts';

/** More deliveries than any schedule here needs. */
const MOST_DELIVERIES = 400;

/** Dies at the nth effect, before or after it has happened, as a process does. */
class Killed extends Error {}

interface Kill {
  readonly afterEffects: number;
  readonly isEffectLost: boolean;
}

const kill = fc.record({ afterEffects: fc.integer({ min: 1, max: 60 }), isEffectLost: fc.boolean() });

describe('an export whose function is killed at any of its effects, and whose messages come in any order', () => {
  it('leaves the same objects, one manifest and one final report', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(kill, { maxLength: 8 }),
        fc.integer({ min: 1, max: 14 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.nat(100), { minLength: 1, maxLength: 20 }),
        async (kills, instances, sliceInstances, order) => {
          const world = new ExportWorld({ settings: { sliceInstances }, policy: { maxAttempts: 1 } });
          const uids = makeInstances(instances);
          const bytes = uids.map((one) => world.put(one));
          arm(world, [...kills]);
          await deliver(world, order);

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

/** Delivers the command and its slices, each message at least twice, until nothing is left. */
async function deliver(world: ExportWorld, order: readonly number[]): Promise<void> {
  const waiting: (() => Promise<void>)[] = [() => world.begin(COMMAND), () => world.begin(COMMAND)];
  for (let delivery = 0; waiting.length > 0; delivery += 1) {
    if (delivery > MOST_DELIVERIES) throw new Error('It does not come to an end.');
    const at = (order[delivery % order.length] ?? 0) % waiting.length;
    const [message] = waiting.splice(at, 1);
    if (message === undefined) continue;
    await message().catch((error: unknown) => {
      if (!(error instanceof Killed || error instanceof CourierError)) throw error;
      waiting.push(message);
    });
    for (const slice of world.slices.messages.splice(0)) {
      waiting.push(
        () => world.slice(slice),
        () => world.slice(slice),
      );
    }
    world.clock.advance(10);
  }
}

/** Once an effect has killed it, nothing that this delivery still does has an effect; the next one begins anew. */
function arm(world: ExportWorld, kills: Kill[]): void {
  let effects = 0;
  const strike = async <T>(effect: () => Promise<T>): Promise<T> => {
    const [next] = kills;
    effects += 1;
    if (next === undefined || effects < next.afterEffects) return effect();
    kills.shift();
    effects = 0;
    if (!next.isEffectLost) await effect();
    throw next.afterEffects % 2 === 0 ? new Killed('killed') : new UnavailableError('lost');
  };
  const { state, buckets, publisher, slices, records } = world;
  for (const documents of [state, records]) {
    const create = documents.create.bind(documents);
    const createLines = documents.createLines.bind(documents);
    documents.create = (...args) => strike(() => create(...args));
    documents.createLines = (...args) => strike(() => createLines(...args));
  }
  const write = buckets.write.bind(buckets);
  buckets.write = (...args) => strike(() => write(...args));
  const publish = publisher.publish.bind(publisher);
  publisher.publish = (...args) => strike(() => publish(...args));
  const publishSlices = slices.publish.bind(slices);
  slices.publish = (...args) => strike(() => publishSlices(...args));
}
