import { describe, expect, it } from '@jest/globals';
import { hashObjectRef, type IncomingObject } from '../../../../src/domain/object-ref.ts';
import type { IngestReport } from '../../../../src/domain/report.ts';
import { INGEST_SCENES, UIDS, type IngestScene } from '../../../support/ingest-scenes.ts';
import { IngestWorld } from '../../../support/ingest-world.ts';
import { killPointsOf } from '../../../support/port-gate.ts';
import { deliverUntilAcknowledged, REDELIVERIES, type Deliver } from '../../../support/redeliveries.ts';

/** One object of a scene, and everything around it. */
function setUp(scene: IngestScene): {
  readonly world: IngestWorld;
  readonly object: IncomingObject;
  readonly deliver: Deliver;
} {
  const world = new IngestWorld(scene.options);
  const object = world.drop(scene.object);
  scene.arrange?.(world);
  let deliveries = 0;
  let { release } = scene;
  const deliver: Deliver = async (kill) => {
    deliveries += 1;
    if (deliveries > 1) world.clock.advance(10_000);
    const status = await world.deliver(object, kill);
    // What waits for somebody else is given back, and neither stored nor reported.
    if (release !== undefined)
      expect(stateOf(scene, world)).toMatchObject({ outcomes: {}, stored: 'nothing', copies: [] });
    if (status === 503) {
      release?.(world);
      release = undefined;
    }
    return status;
  };
  return { world, object, deliver };
}

async function countEffects(scene: IngestScene): Promise<number> {
  const { world, deliver } = setUp(scene);
  await deliver();
  return world.lastEffects;
}

/** By `reportId`, what the reports say that is not about the delivery; one that comes later says that it is there. */
function outcomesOf(
  reports: readonly IngestReport[],
  wanted: IngestReport['outcome'],
): Record<string, string[]> {
  const outcomes: Record<string, string[]> = {};
  for (const { reportId, outcome, reason } of reports) {
    const isEquivalent = outcome === 'already-stored' && wanted === 'stored';
    const said = [isEquivalent ? 'stored' : outcome, reason].filter((word) => word !== null).join(' ');
    outcomes[reportId] = [...new Set([...(outcomes[reportId] ?? []), said])];
  }
  return outcomes;
}

function describeStored(scene: IngestScene, world: IngestWorld): string {
  const bytes = world.store.bytesOf(UIDS);
  if (bytes === undefined) return 'nothing';
  return scene.stored?.equals(bytes) === true ? 'the right bytes' : 'other bytes';
}

function stateOf(scene: IngestScene, world: IngestWorld) {
  return {
    outcomes: outcomesOf(world.reports, scene.outcome),
    stored: describeStored(scene, world),
    instances: world.store.paths.length,
    documents: [...world.state.documents.keys()].sort(),
    copies: [...world.storage.copies.keys()],
  };
}

/** Whether the report must not stand for what was said of the object before. */
function hasOwnId({ outcome, reason }: IngestScene): boolean {
  return outcome === 'ignored' || reason === 'deleted-before';
}

function expectSettled(scene: IngestScene, world: IngestWorld, object: IncomingObject): void {
  const { outcome, reason, stored, documents, copies, isInInbox } = scene;
  const reportId = `ingest:${hashObjectRef(object)}`;
  // A delivery that finds the object gone says so under an id of its own.
  const gone = { [`${reportId}:generation-gone`]: ['ignored generation-gone'] };
  const state = stateOf(scene, world);
  expect(state).toEqual({
    outcomes: {
      ...(!isInInbox && `${reportId}:generation-gone` in state.outcomes ? gone : {}),
      [hasOwnId(scene) ? `${reportId}:${reason}` : reportId]: [
        [outcome, reason].filter((word) => word !== null).join(' '),
      ],
    },
    stored: stored === undefined ? 'nothing' : 'the right bytes',
    instances: stored === undefined ? 0 : 1,
    documents,
    copies,
  });
  expect(world.storage.has(object)).toBe(isInInbox);
  for (const { source, target } of world.storage.copies.values()) {
    expect(source).toMatchObject({ name: object.name, generation: object.generation });
    if (target.bucket === 'quarantine') expect(target.metadata).toMatchObject({ reason });
  }
}

/** What holds at every moment, also when nobody comes any more: nothing is lost, and nothing is said that is not so. */
function expectSafe(scene: IngestScene, world: IngestWorld, object: IncomingObject): void {
  const { stored, copies, documents } = stateOf(scene, world);
  const said = world.reports.map(({ outcome }) => outcome);
  const isStored = stored === 'the right bytes' && !['conflict', 'rejected'].includes(scene.outcome);
  expect(stored).not.toBe('other bytes');
  if (said.some((outcome) => outcome === 'stored' || outcome === 'already-stored'))
    expect(isStored).toBe(true);
  if (said.some((outcome) => outcome === 'rejected' || outcome === 'conflict'))
    expect(copies).toEqual(scene.copies);
  // Cleanup would never delete a series that it knows nothing of.
  if (isStored && scene.outcome === 'stored')
    expect(documents.some((name) => name.startsWith('ingested/'))).toBe(true);
  if (!world.storage.has(object) && scene.outcome !== 'ignored')
    expect([isStored, said.length > 0]).toEqual([true, true]);
}

const scenes = await Promise.all(
  INGEST_SCENES.map(async (scene) => {
    const kills = killPointsOf(await countEffects(scene));
    const cases = kills.flatMap((kill) =>
      REDELIVERIES.map(
        (redelivery) =>
          [`${kill.when} effect ${kill.effect}, and ${redelivery.name}`, kill, redelivery] as const,
      ),
    );
    return { scene, kills: kills.length, cases };
  }),
);
const allKills = scenes.reduce((sum, { kills }) => sum + kills, 0);

describe(`an ingest function that is killed at any of ${allKills} points`, () => {
  it.each(INGEST_SCENES.map((scene) => [scene.name, scene] as const))(
    'and is not: it takes %s',
    async (_, scene) => {
      const { world, object, deliver } = setUp(scene);
      await deliverUntilAcknowledged(deliver);
      expectSettled(scene, world, object);
    },
  );

  describe.each(scenes)('as it takes $scene.name, at any of $kills', ({ scene, cases }) => {
    it.each(cases)('%s: it is dealt with once, and rightly', async (_, kill, redelivery) => {
      const { world, object, deliver } = setUp(scene);
      await redelivery.run(deliver, kill, () => expectSafe(scene, world, object));
      expectSettled(scene, world, object);
    });
  });
});
