import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { StandInControl } from '../../support/faults.ts';
import { LocalProject, type Triple } from '../../support/local-project.ts';
import { StandInStore } from '../../support/stand-in-store.ts';
import { makeDicom, tripleOf, uid, type SyntheticDicom } from '../../support/synthetic-dicom.ts';
import { WiredDelete } from '../../support/wired-delete.ts';

/** Mistakes of comparable systems in deleting and in following operations, each by the name that it has among them. */

const EVERY_OPERATION = { method: 'GET', path: '/operations/' };
const SERIES_DELETION = { method: 'DELETE', path: 'dicomWeb/studies/[^/]+/series/[^/]+$' };
const INSTANCE_DELETION = { method: 'DELETE', path: '/instances/' };

let project: LocalProject;
let store: StandInStore;
let faults: StandInControl;
const services: StandInControl[] = [];

beforeAll(async () => {
  project = await LocalProject.start({ operationLengthMs: 0 });
  store = new StandInStore(project.environment);
  faults = new StandInControl(project.environment['HEALTHCARE_ENDPOINT'] ?? '');
  services.push(
    faults,
    new StandInControl(project.environment['STORAGE_EMULATOR_HOST'] ?? ''),
    new StandInControl(project.pubsubUrl),
  );
});
afterEach(async () => {
  for (const service of services) await service.reset();
  await store.restore();
  await project.takeCommandReports();
});
afterAll(() => project.close());

/** A series of three in the store, of a study and with a seed of its own. */
async function givenSeries(seed: string, changes: SyntheticDicom = {}): Promise<Triple> {
  const options = { seed, ...changes };
  for (const number of [1, 2, 3]) {
    await store.put(makeDicom({ ...options, instance: uid(seed, number) }));
  }
  return tripleOf(options);
}

const deleteSeries = ({ study, series }: Triple, id: string) => ({
  action: 'delete',
  id,
  targets: [{ study, series }],
});

const leftOf = async ({ study, series }: Triple): Promise<number> =>
  (await store.uids()).filter((name) => name.startsWith(`${study}/${series}/`)).length;

const phaseOf = async ({ study, series }: Triple): Promise<unknown> => {
  const document = await project.read('state', `deletions/${study}/${series}.json`);
  return (JSON.parse(document.toString('utf8')) as { phase: unknown }).phase;
};

const applied = async (): Promise<number> =>
  (await faults.scripts()).reduce((sum, script) => sum + script.applied, 0);

describe('defect 2', () => {
  it.each([429, 503])('polling answered %i: the operation stays running', async (status) => {
    await store.change({ operationLengthMs: 'held' });
    const series = await givenSeries(`defect 2 ${status}`);
    const worker = new WiredDelete(project);
    expect(await worker.publish(deleteSeries(series, `defect-2-${status}`))).toBe(204);
    await faults.add({ ...EVERY_OPERATION, times: null, fault: { kind: 'status', status } });
    for (let tick = 0; tick < 5; tick += 1) expect(await worker.tick()).toBe(204);
    expect(await applied()).toBeGreaterThan(5);
    expect(await phaseOf(series)).toBe('running');
    expect(await worker.takeFinalReports()).toEqual([]);

    await faults.reset();
    await store.release();
    expect(await worker.settle()).toMatchObject([{ status: 'complete', operations: 1, problems: [] }]);
    expect(await leftOf(series)).toBe(0);
  });
});

describe('defect 3', () => {
  it.each([
    ['absent', {}],
    ['false', { done: false }],
  ])('done %s is never success', async (word, done) => {
    const series = await givenSeries(`defect 3 ${word}`);
    await store.change({ operationLengthMs: 'held' });
    const worker = new WiredDelete(project);
    expect(await worker.publish(deleteSeries(series, `defect-3-${word}`))).toBe(204);
    expect(await worker.tick()).toBe(204);
    // What was asked for is the name of what is told.
    const { operation } = JSON.parse(
      (await project.read('state', `deletions/${series.study}/${series.series}.json`)).toString(),
    ) as { operation: { name: string } };
    const body = { name: operation.name, metadata: { counter: { success: '3' } }, ...done };
    await faults.add({ ...EVERY_OPERATION, times: null, fault: { kind: 'status', status: 200, body } });
    for (let tick = 0; tick < 5; tick += 1) expect(await worker.tick()).toBe(204);
    expect(await applied()).toBeGreaterThan(5);
    expect(await phaseOf(series)).toBe('running');
    expect(await worker.takeFinalReports()).toEqual([]);

    await faults.reset();
    await store.release();
    expect(await worker.settle()).toMatchObject([{ status: 'complete', counts: { deleted: 3 } }]);
  });

  it('done with counter.failure above zero is partial: what is left is looked for, and deleted', async () => {
    const series = await givenSeries('defect 3 partial');
    await store.change({ operationOutcome: 'partial', instancesLeft: 2 });
    const report = await new WiredDelete(project).run(deleteSeries(series, 'defect-3-partial'));
    expect(report).toMatchObject({ status: 'complete', counts: { deleted: 3 }, operations: 1 });
    expect(report.problems).toEqual([
      `The operation that deleted ${series.study}/${series.series} reported 2 failures.`,
    ]);
    expect(await leftOf(series)).toBe(0);
  });

  it('done with counter.failure above zero is partial, and stays so where nothing deletes what is left', async () => {
    const series = await givenSeries('defect 3 left');
    await store.change({ operationOutcome: 'partial', instancesLeft: 2 });
    // Each of them is said to be deleted.
    await faults.add({
      ...INSTANCE_DELETION,
      times: null,
      fault: { kind: 'status', status: 200, body: {} },
    });
    const report = await new WiredDelete(project).run(deleteSeries(series, 'defect-3-left'));
    expect(report).toMatchObject({
      status: 'partial',
      counts: { deleted: 1, failed: 2 },
      targets: [{ outcome: 'failed', reason: 'instances-left' }],
    });
    expect(await leftOf(series)).toBe(2);
  });
});

describe('defect 4', () => {
  it('work longer than the ack deadline is not run twice at once', async () => {
    const series = await givenSeries('defect 4');
    await store.change({ operationLengthMs: 'held' });
    await faults.add({ ...SERIES_DELETION, times: null, fault: { kind: 'pass' } });
    // The poll does not come back before the test lets it.
    await faults.add({ ...EVERY_OPERATION, fault: { kind: 'hang', at: 'headers' } });
    const command = deleteSeries(series, 'defect-4');
    const worker = new WiredDelete(project, { DELETE_DELAY: '0s' });
    const first = worker.publish(command, 'message');
    while ((await applied()) < 2) await delay(1);
    // Pub/Sub has waited for long enough, and delivers again: to this process, and to another one.
    expect(await worker.publish(command, 'message')).toBe(204);
    expect(await new WiredDelete(project, { DELETE_DELAY: '0s' }).publish(command, 'message')).toBe(204);
    const [deletions] = await faults.scripts();
    expect(deletions?.applied).toBe(1);
    expect(await worker.takeFinalReports()).toEqual([]);

    await store.release();
    await faults.reset();
    expect(await first).toBe(204);
    const reports = await worker.settle();
    expect(reports).toMatchObject([{ id: 'defect-4', status: 'complete', operations: 1 }]);
  });
});

describe('defect 6', () => {
  it.each(['series', 'instance'] as const)(
    'the same SOP instance UID in two series loses only the one asked for, when that is asked for by its %s',
    async (level) => {
      const study = uid('defect 6', level);
      const instance = uid('defect 6', level, 'instance');
      const twins = ['one', 'other'].map((name) => tripleOf({ study, instance, series: uid(name, level) }));
      for (const twin of twins) await store.put(makeDicom(twin));
      const [asked, kept] = twins;
      if (asked === undefined || kept === undefined) throw new Error('There are two.');
      const target = level === 'series' ? { study, series: asked.series } : asked;
      const command = { action: 'delete', id: `defect-6-${level}`, targets: [target] };
      expect(await new WiredDelete(project).run(command)).toMatchObject({
        status: 'complete',
        counts: { deleted: 1 },
      });
      expect(await project.stored(asked)).toBeUndefined();
      expect((await project.stored(kept))?.equals(makeDicom(kept))).toBe(true);
    },
  );
});

describe('defect 10', () => {
  it('absent ends the job: there was nothing to begin with', async () => {
    const nothing = tripleOf({ seed: 'defect 10 nothing' });
    const worker = new WiredDelete(project);
    expect(await worker.publish(deleteSeries(nothing, 'defect-10-nothing'))).toBe(204);
    expect(await worker.takeFinalReports()).toMatchObject([
      { status: 'complete', counts: { absent: 1 }, operations: 0, targets: [{ outcome: 'absent' }] },
    ]);
  });

  it('absent ends the job: somebody else was faster', async () => {
    const series = await givenSeries('defect 10 faster');
    const worker = new WiredDelete(project);
    expect(await worker.publish(deleteSeries(series, 'defect-10-faster'))).toBe(204);
    expect(await phaseOf(series)).toBe('planned');
    for (const name of await store.uids()) if (name.startsWith(series.study)) await store.remove(name);
    expect(await worker.settle()).toMatchObject([
      { status: 'complete', operations: 0, targets: [{ outcome: 'absent' }] },
    ]);
  });

  it('a store that refuses gets bounded tries and a final report', async () => {
    const series = await givenSeries('defect 10 refused');
    await faults.add({ ...SERIES_DELETION, times: null, fault: { kind: 'status', status: 400 } });
    const report = await new WiredDelete(project).run(deleteSeries(series, 'defect-10-refused'));
    expect(await applied()).toBe(20);
    expect(report).toMatchObject({
      status: 'failed',
      counts: { failed: 3 },
      targets: [{ outcome: 'failed', reason: 'refused' }],
      problems: [`The store refuses to delete ${series.study}/${series.series}.`],
    });
    expect(await leftOf(series)).toBe(3);
  });
});
