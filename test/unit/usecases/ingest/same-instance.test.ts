import { describe, expect, it } from '@jest/globals';
import { hashObjectRef, type IncomingObject } from '../../../../src/domain/object-ref.ts';
import { makeUids } from '../../../support/factories.ts';
import { IngestWorld } from '../../../support/ingest-world.ts';
import { killPointsOf, type KillPoint } from '../../../support/port-gate.ts';
import { deliverUntilAcknowledged } from '../../../support/redeliveries.ts';
import { makeDicom } from '../../../support/synthetic-dicom.ts';

const OPTIONS = { study: '1.2.1', series: '1.2.2', instance: '1.2.3' };
const FILE = makeDicom(OPTIONS);
const OTHER_FILE = makeDicom({ ...OPTIONS, patientName: 'Other^Olga' });

interface Meeting {
  readonly world: IngestWorld;
  readonly objects: readonly [IncomingObject, IncomingObject];
}

/** Two objects that are, or say that they are, one instance. */
function setUp(bytes: Buffer): Meeting {
  const world = new IngestWorld();
  const first = world.drop({ bytes: FILE }, { name: 'first.dcm' });
  const second = world.drop({ bytes }, { name: 'second.dcm' });
  return { world, objects: [first, second] };
}

/** Both come at once, each to a process of its own; the first one's is killed, and it comes again. */
async function meet({ world, objects: [first, second] }: Meeting, kill: KillPoint): Promise<void> {
  await Promise.all([world.deliver(first, kill), deliverUntilAcknowledged(() => world.deliver(second))]);
  await deliverUntilAcknowledged(() => world.deliver(first));
}

/** The outcomes of an object; `already-stored` says the same as `stored`. */
function outcomesOf(world: IngestWorld, object: IncomingObject): string[] {
  const own = world.reports.filter(({ reportId }) => reportId === `ingest:${hashObjectRef(object)}`);
  return [...new Set(own.map(({ outcome }) => (outcome === 'already-stored' ? 'stored' : outcome)))];
}

async function countEffects(bytes: Buffer): Promise<number> {
  const { world, objects } = setUp(bytes);
  // The one that comes second has more to do.
  for (const object of [...objects].reverse()) await world.deliver(object);
  return world.lastEffects;
}

const KILLS = killPointsOf(await countEffects(OTHER_FILE)).map(
  (kill) => [`${kill.when} effect ${kill.effect}`, kill] as const,
);

describe(`two objects of one instance that come at once, the function of one being killed at any of ${KILLS.length} points`, () => {
  it.each(KILLS)('%s: both are stored where they are the same', async (_, kill) => {
    const meeting = setUp(FILE);
    await meet(meeting, kill);
    const { world, objects } = meeting;
    expect(objects.map((object) => outcomesOf(world, object))).toEqual([['stored'], ['stored']]);
    expect(world.store.bytesOf(makeUids())?.equals(FILE)).toBe(true);
    expect(world.storage.copies.size).toBe(0);
  });

  it.each(KILLS)('%s: one is stored and the other set aside where they are not', async (_, kill) => {
    const meeting = setUp(OTHER_FILE);
    await meet(meeting, kill);
    const { world, objects } = meeting;
    const isFirst = world.store.bytesOf(makeUids())?.equals(FILE) === true;
    expect(world.store.bytesOf(makeUids())?.equals(isFirst ? FILE : OTHER_FILE)).toBe(true);
    expect(objects.map((object) => outcomesOf(world, object))).toEqual(
      isFirst ? [['stored'], ['conflict']] : [['conflict'], ['stored']],
    );
    const aside = hashObjectRef(objects[isFirst ? 1 : 0]);
    expect([...world.storage.copies.keys()]).toEqual([`quarantine/different-content/${aside}`]);
  });
});
