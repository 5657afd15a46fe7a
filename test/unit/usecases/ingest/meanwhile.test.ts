import { describe, expect, it } from '@jest/globals';
import { hashObjectRef, type IncomingObject } from '../../../../src/domain/object-ref.ts';
import { INGEST_SCENES, UIDS, type IngestScene } from '../../../support/ingest-scenes.ts';
import { IngestWorld } from '../../../support/ingest-world.ts';
import { killPointsOf, type KillPoint } from '../../../support/port-gate.ts';
import { deliverUntilAcknowledged } from '../../../support/redeliveries.ts';
import { makeDicom } from '../../../support/synthetic-dicom.ts';

/** What has been said and done of an object, by `reportId` and by name. */
interface Standing {
  readonly outcomes: Readonly<Record<string, readonly string[]>>;
  readonly copies: readonly string[];
  readonly isInInbox: boolean;
  readonly stored: Buffer | undefined;
}

/** An object that can become an instance, and one that comes after it under the same name. */
const NEWER = makeDicom({ study: '1.2.1', series: '1.2.2', instance: '1.2.3', patientName: 'Newer^Nora' });
const SCENES = INGEST_SCENES.filter(({ reason, documents }) => {
  const isNoInstance = reason !== null && reason !== 'different-content';
  return !isNoInstance && documents.length === 1;
});

function setUp({ options, object: stored, arrange }: IngestScene) {
  const world = new IngestWorld(options);
  const object = world.drop(stored);
  arrange?.(world);
  return { world, object };
}

/** The first delivery, which may be killed. */
async function deliverFirst(world: IngestWorld, object: IncomingObject, kill?: KillPoint): Promise<Standing> {
  await world.deliver(object, kill);
  world.clock.advance(10_000);
  return standingOf(world, object);
}

/** Delivered again, twice at once. */
async function deliverAgain(world: IngestWorld, object: IncomingObject): Promise<void> {
  const deliver = () => deliverUntilAcknowledged(() => world.deliver(object));
  await Promise.all([deliver(), deliver()]);
}

function standingOf(world: IngestWorld, object: IncomingObject): Standing {
  const outcomes: Record<string, string[]> = {};
  const id = `ingest:${hashObjectRef(object)}`;
  for (const { reportId, outcome, reason } of world.reports.filter((report) =>
    report.reportId.startsWith(id),
  )) {
    const said = outcome === 'already-stored' ? 'stored' : (reason ?? outcome);
    outcomes[reportId] = [...new Set([...(outcomes[reportId] ?? []), said])];
  }
  const copies = [...world.storage.copies].filter(
    ([, { source }]) => source.generation === object.generation,
  );
  return {
    outcomes,
    copies: copies.map(([name]) => name).sort(),
    isInInbox: world.storage.has(object),
    stored: world.store.bytesOf(UIDS),
  };
}

async function countEffects(scene: IngestScene): Promise<number> {
  const { world, object } = setUp(scene);
  await world.deliver(object);
  return world.lastEffects;
}

const scenes = await Promise.all(
  SCENES.map(async (scene) => {
    const kills = killPointsOf(await countEffects(scene));
    const cases = [undefined, ...kills].map((kill) => {
      const when = kill === undefined ? 'was finished' : `was killed ${kill.when} effect ${kill.effect}`;
      return [when, kill] as const;
    });
    return { name: scene.name, scene, cases };
  }),
);

describe.each(scenes)('the delivery of $name', ({ scene, cases }) => {
  it.each(cases)('%s, and its study is deleted: no later one brings it back', async (_, kill) => {
    const { world, object } = setUp(scene);
    const before = await deliverFirst(world, object, kill);
    world.state.documents.set('tombstones/1.2.1', { deletedAt: new Date(world.clock.now()).toISOString() });
    world.store.remove(UIDS);
    await deliverAgain(world, object);

    const id = `ingest:${hashObjectRef(object)}`;
    const reason = before.isInInbox ? 'deleted-before' : 'generation-gone';
    const aside = before.isInInbox ? [`quarantine/deleted-before/${hashObjectRef(object)}`] : [];
    expect(standingOf(world, object)).toEqual({
      ...before,
      outcomes: { ...before.outcomes, [`${id}:${reason}`]: [reason] },
      copies: [...before.copies, ...aside].sort(),
      stored: undefined,
    });
  });

  it.each(cases)('%s, and it is replaced by another: each has its own outcome', async (_, kill) => {
    const { world, object } = setUp(scene);
    const before = await deliverFirst(world, object, kill);
    world.storage.remove(object);
    const newer = world.drop({ bytes: NEWER }, { generation: '1712345678909999' });
    await Promise.all([deliverAgain(world, object), deliverAgain(world, newer)]);

    const [id, newerId] = [object, newer].map((one) => `ingest:${hashObjectRef(one)}`);
    expect(standingOf(world, object)).toEqual({
      ...before,
      outcomes: { ...before.outcomes, [`${id}:generation-gone`]: ['generation-gone'] },
      isInInbox: false,
      stored: before.stored ?? NEWER,
    });
    const isTaken = before.stored !== undefined;
    const isKept = isTaken || scene.options?.afterStore === undefined;
    const archived =
      scene.options?.afterStore === 'archive' && !isTaken ? ['archive/1712345678909999/ward/a.dcm'] : [];
    const own = standingOf(world, newer).outcomes[String(newerId)];
    expect(own).toEqual([isTaken ? 'different-content' : 'stored']);
    expect(standingOf(world, newer)).toMatchObject({
      copies: isTaken ? [`quarantine/different-content/${hashObjectRef(newer)}`] : archived,
      isInInbox: isKept,
    });
  });
});
