import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../support/fake-clock.ts';
import { LocalProject, type Arrival } from '../../support/local-project.ts';
import { StandInStore } from '../../support/stand-in-store.ts';
import { makeDicom, tripleOf, uid, type SyntheticDicom } from '../../support/synthetic-dicom.ts';
import { WiredDelete } from '../../support/wired-delete.ts';
import { WiredIngest } from '../../support/wired-ingest.ts';

const HOUR_MS = 3_600_000;

let project: LocalProject;
let store: StandInStore;

beforeAll(async () => {
  project = await LocalProject.start({ operationLengthMs: 'held' });
  store = new StandInStore(project.environment);
});
afterEach(async () => {
  await store.restore();
  await project.takeReports();
  await project.takeCommandReports();
});
afterAll(() => project.close());

/** A series with one instance in the store, and both functions with the same time. */
async function givenSeries(seed: string) {
  const clock = new FakeClock();
  const there = { seed, instance: uid(seed, 'there') };
  const coming: SyntheticDicom = { seed, instance: uid(seed, 'coming') };
  await store.put(makeDicom(there));
  const { study, series } = tripleOf(there);
  return {
    clock,
    coming,
    ingest: new WiredIngest(project.environment, clock),
    remover: new WiredDelete(project, {}, clock),
    command: { action: 'delete', id: seed.replaceAll(' ', '-'), targets: [{ study, series }] },
  };
}

/** Puts an object into the inbox, and the clock so long behind the moment at which Cloud Storage says it came. */
async function drop(coming: SyntheticDicom, clock: FakeClock, behindMs: number): Promise<Arrival> {
  const arrival = await project.drop(`${coming.seed ?? ''}.dcm`, makeDicom(coming));
  const { message } = arrival.push.body as { message: { attributes: { eventTime: string } } };
  clock.advance(Date.parse(message.attributes.eventTime) + behindMs - clock.now());
  return arrival;
}

/** Ticks until the operation has been asked for. */
async function begin({ remover }: { readonly remover: WiredDelete }): Promise<void> {
  for (let tick = 0; tick < 4; tick += 1) expect(await remover.tick()).toBe(204);
}

const outcomes = async (): Promise<string[]> =>
  (await project.takeReports()).map(({ outcome, reason }) => `${outcome} ${reason ?? ''}`.trim());

describe('defect 16: an upload that races a series deletion is stored after it, not lost and not reported stored before', () => {
  it.each([409, 400, 503] as const)(
    'an object that came after the deletion began, where the store refuses it with %i meanwhile',
    async (storeDuringDeletion) => {
      const scene = await givenSeries(`newer object ${storeDuringDeletion}`);
      const { clock, coming, ingest, remover, command } = scene;
      await store.change({ storeDuringDeletion });
      // The deletion begins an hour before the object comes, and goes on.
      const { push } = await drop(coming, clock, -HOUR_MS);
      expect(await remover.publish(command)).toBe(204);
      await begin(scene);
      expect(await ingest.deliver(push)).toBe(503);
      expect(await outcomes()).toEqual([]);

      await store.release();
      expect(await remover.settle()).toMatchObject([{ status: 'complete', counts: { deleted: 1 } }]);
      expect(await ingest.deliver(push)).toBe(204);
      expect(await outcomes()).toEqual(['stored']);
      expect((await project.stored(tripleOf(coming)))?.equals(makeDicom(coming))).toBe(true);
    },
  );

  it.each([409, 400, 503] as const)(
    'also where ingest does not know of the tombstone yet, and only the store refuses it with %i',
    async (storeDuringDeletion) => {
      const scene = await givenSeries(`newer object unknown ${storeDuringDeletion}`);
      const { clock, coming, ingest, remover, command } = scene;
      await store.change({ storeDuringDeletion });
      const { push } = await drop(coming, clock, -HOUR_MS);
      // One that does not look for tombstones goes as far as one that has looked just before.
      const stale = new WiredIngest({ ...project.environment, REINGEST_AFTER_DELETE: 'allow' });
      expect(await remover.publish(command)).toBe(204);
      await begin(scene);
      expect(await stale.deliver(push)).toBe(503);
      expect(await outcomes()).toEqual([]);
      await store.release();
      await remover.settle();
      expect(await ingest.deliver(push)).toBe(204);
      expect(await outcomes()).toEqual(['stored']);
      expect((await project.stored(tripleOf(coming)))?.equals(makeDicom(coming))).toBe(true);
    },
  );

  it('an object that came before the deletion is given back while it runs, and refused by the tombstone after it', async () => {
    const scene = await givenSeries('older object');
    const { clock, coming, ingest, remover, command } = scene;
    const { object, push } = await drop(coming, clock, HOUR_MS);
    expect(await remover.publish(command)).toBe(204);
    await begin(scene);
    expect(await ingest.deliver(push)).toBe(503);
    expect(await outcomes()).toEqual([]);

    await store.release();
    expect(await remover.settle()).toMatchObject([{ status: 'complete', counts: { deleted: 1 } }]);
    expect(await ingest.deliver(push)).toBe(204);
    const [report] = await project.takeReports();
    expect(report).toMatchObject({ outcome: 'rejected', reason: 'deleted-before', object });
    expect(await project.stored(tripleOf(coming))).toBeUndefined();
    const hash = report?.reportId.split(':')[1] ?? '';
    expect((await project.read('quarantine', `deleted-before/${hash}`)).equals(makeDicom(coming))).toBe(true);
  });

  it('an object that was stored before the request is not part of it, and is left alone', async () => {
    const scene = await givenSeries('stored in between');
    const { clock, coming, ingest, remover, command } = scene;
    const { push } = await drop(coming, clock, -HOUR_MS);
    expect(await remover.publish(command)).toBe(204);
    // Refused as long as the ledger is open, so it is put there past the worker.
    await store.put(makeDicom(coming));
    expect(await remover.settle()).toMatchObject([
      { status: 'complete', counts: { deleted: 1, 'arrived-later': 1 }, operations: 0 },
    ]);
    expect((await project.stored(tripleOf(coming)))?.equals(makeDicom(coming))).toBe(true);
    expect(await ingest.deliver(push)).toBe(204);
    expect(await outcomes()).toEqual(['stored']);
  });

  it('an object that came before the deletion is stored again where that is allowed', async () => {
    const scene = await givenSeries('allowed again');
    const { clock, coming, remover, command } = scene;
    const { push } = await drop(coming, clock, HOUR_MS);
    const ingest = new WiredIngest({ ...project.environment, REINGEST_AFTER_DELETE: 'allow' }, clock);
    expect(await remover.publish(command)).toBe(204);
    await begin(scene);
    expect(await ingest.deliver(push)).toBe(503);
    await store.release();
    await remover.settle();
    expect(await ingest.deliver(push)).toBe(204);
    expect(await outcomes()).toEqual(['stored']);
  });
});
