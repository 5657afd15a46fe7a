import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  containsTarget,
  formatTarget,
  parseTarget,
  toTarget,
  type Target,
} from '../../src/domain/dicom/target.ts';
import { DeletionWorld, everyInstance } from '../support/deletion-world.ts';
import type { KillPoint } from '../support/port-gate.ts';

const COUNTS = [3, 3, 2] as const;

const digit = (most: number) => fc.integer({ min: 1, max: most });

/** A study, series or instance of the world, or one that is not there. */
const anyTarget = fc
  .tuple(fc.constantFrom('study', 'series', 'instance'), digit(4), digit(3), digit(2))
  .map(([level, a, b, c]) =>
    toTarget({
      study: `1.${a}`,
      ...(level === 'study' ? {} : { series: `1.${a}.${b}` }),
      ...(level === 'instance' ? { instance: `1.${a}.${b}.${c}` } : {}),
    }),
  );

const anyHold = fc
  .tuple(fc.boolean(), digit(3), digit(3))
  .map(([isStudy, a, b]) => (isStudy ? `1.${a}` : `1.${a}/1.${a}.${b}`));

const anyKill: fc.Arbitrary<KillPoint | null> = fc.option(
  fc.record({
    effect: fc.integer({ min: 1, max: 400 }),
    when: fc.constantFrom('before' as const, 'after' as const),
  }),
);

const anyArchive = fc.record({
  operationLengthMs: fc.constantFrom(0, 2000, 70_000, 900_000),
  outcome: fc.constantFrom('success' as const, 'success' as const, 'partial' as const),
  instancesLeft: fc.constantFrom(1, 2),
  operationRecords: fc.constantFrom('kept' as const, 'kept' as const, 'lost' as const),
  operationCounter: fc.constantFrom('shown' as const, 'absent' as const),
  searchLagMs: fc.constantFrom(0, 5000),
  maxPage: fc.constantFrom(1, 2, 50_000),
});

const anyReaction = fc.constantFrom(
  'operation' as const,
  'operation' as const,
  'empty' as const,
  'lost' as const,
  'unavailable' as const,
);

const anyReactions = fc.array(anyReaction, { maxLength: 8 });

function isHeld(target: Target, holds: readonly string[]): boolean {
  return holds.some((hold) => {
    const held = parseTarget(hold);
    return held !== undefined && (containsTarget(held, target) || containsTarget(target, held));
  });
}

function toMessage(target: Target): object {
  const { studyInstanceUid: study, seriesInstanceUid: series, sopInstanceUid: instance } = target;
  return { study, ...(series === null ? {} : { series }), ...(instance === null ? {} : { instance }) };
}

describe('deletion', () => {
  it('removes what was asked for and no hold touches, and nothing else, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyTarget, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
        fc.array(anyHold, { maxLength: 2 }),
        anyArchive,
        anyReactions,
        fc.array(anyKill, { maxLength: 6 }),
        async (commands, holds, archive, reactions, kills) => {
          const world = new DeletionWorld({ archive, pageSize: 3, settings: { deleteDelayMs: 2000 } });
          world.fill(...COUNTS);
          for (const hold of holds) world.hold(hold);
          world.archive.reactions.push(...reactions);
          const pending = commands.map((targets, index) => ({
            action: 'delete',
            id: `c${index}`,
            targets: targets.map(toMessage),
          }));
          const kill = [...kills];
          for (const command of pending) {
            const next = kill.shift() ?? undefined;
            await world.deliver(command, {
              messageId: command.id,
              ...(next === undefined ? {} : { kill: next }),
            });
          }
          for (const next of kill) {
            world.clock.advance(60_000);
            await world.tick(next === null ? {} : { kill: next });
          }
          // What was not acknowledged, and what was, comes again.
          for (const command of pending) await world.deliver(command, { messageId: command.id });
          await world.settle();

          const asked = commands.flat();
          const expected = [...everyInstance(...COUNTS)]
            .filter((uids) => !asked.some((target) => containsTarget(target, uids) && !isHeld(target, holds)))
            .map(formatTarget)
            .sort();
          expect(world.archive.uids()).toEqual(expected);
          // Without a record nobody can know whether an operation is still running.
          if (archive.operationRecords === 'kept') expect(world.archive.mostAtOnce).toBeLessThanOrEqual(5);
          for (const { id } of pending) {
            for (const target of world.finalReport(id).targets)
              expect(['deleted', 'absent', 'held']).toContain(target.outcome);
          }
        },
      ),
      { numRuns: 300 },
    );
  }, 120_000);
});
