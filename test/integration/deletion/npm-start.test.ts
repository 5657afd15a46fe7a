import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DeletionReport } from '../../../src/domain/deletion/deletion-report.ts';
import { send } from '../../support/pulled-messages.ts';
import { LocalStack } from '../../support/local-stack.ts';
import { StandInStore } from '../../support/stand-in-store.ts';
import { makeDicom, tripleOf, uid } from '../../support/synthetic-dicom.ts';
import { until } from '../../support/until.ts';

const QUICK = { DELETE_DELAY: '0s', SEARCH_LAG: '0s', MAX_CLEANUP_SHARE: '1' };

const series = { seed: 'npm start', series: uid('npm start', 'asked') };
const asked = [1, 2, 3].map((number) => ({ ...series, instance: uid('npm start', number) }));
const kept = { seed: 'npm start', series: uid('npm start', 'kept') };
const old = { seed: 'npm start old' };
const unknown = { seed: 'npm start unknown' };

const ERASE = {
  action: 'delete',
  id: 'erase-7',
  targets: [{ study: tripleOf(series).study, series: series.series }],
  expect: { instances: 3 },
};
const CLEANUP = {
  action: 'cleanup',
  id: 'yearly',
  olderThan: 'P365D',
  age: 'ingested',
  maxSeries: 10,
  dryRun: false,
};

describe('delete and cleanup in the local stack, by messages to its topic', () => {
  let stack: LocalStack;
  let store: StandInStore;

  const publish = (command: object): Promise<unknown> => {
    const data = Buffer.from(JSON.stringify(command)).toString('base64');
    const { pubsub, project, topics } = stack.ready;
    const topic = `http://${pubsub}/v1/projects/${project}/topics/${topics.delete}`;
    return send('POST', `${topic}:publish`, { messages: [{ data }] });
  };

  const finals = (reportId: string): DeletionReport[] =>
    stack.reports.filter((report): report is DeletionReport => report.reportId === reportId && report.final);

  const finalOf = async (reportId: string): Promise<DeletionReport> => {
    await until(() => finals(reportId).length > 0);
    const [report] = finals(reportId);
    if (report === undefined) throw new Error('It was there.');
    return report;
  };

  const ask = async (path: string): Promise<unknown> =>
    (await fetch(`${stack.ready.storage}/storage/v1/b/${path}`)).json();

  const audited = async (id: string): Promise<unknown[]> => {
    const { items = [] } = (await ask('records/o?prefix=audit/deletions/')) as { items?: { name: string }[] };
    const names = items.map(({ name }) => name).filter((name) => name.endsWith(`/${id}.json`));
    return Promise.all(names.map((name) => ask(`records/o/${encodeURIComponent(name)}?alt=media`)));
  };

  beforeAll(async () => {
    stack = await LocalStack.startWith(QUICK, '--tick', '1');
    store = new StandInStore({
      HEALTHCARE_ENDPOINT: stack.ready.healthcare,
      DICOM_STORE: stack.ready.dicomStore,
    });
    for (const one of [...asked, kept, old, unknown]) await store.put(makeDicom(one));
    const { study, series: oldSeries } = tripleOf(old);
    // Ingested long before this test began to run.
    const marker = encodeURIComponent(`ingested/${study}/${oldSeries}/2020-02-29`);
    const upload = `${stack.ready.storage}/upload/storage/v1/b/state/o?uploadType=media&name=${marker}`;
    await send('POST', upload, { ingestedAt: '2020-02-29T00:00:00Z' });
  }, 60_000);

  afterAll(() => stack.stop());

  it('deletes the series that was asked for, and says so once it is gone', async () => {
    await publish(ERASE);
    const report = await finalOf('delete:erase-7');
    expect(report).toMatchObject({
      schema: 'dicom-courier.report.v1',
      kind: 'delete',
      id: 'erase-7',
      final: true,
      status: 'complete',
      counts: { deleted: 3 },
      operations: 1,
      targets: [{ ...ERASE.targets[0], outcome: 'deleted' }],
      problems: [],
    });
    const left = [kept, old, unknown].map((one) => Object.values(tripleOf(one)).join('/'));
    expect(await store.uids()).toEqual(left.sort());
    expect(await audited('erase-7')).toEqual([report]);
  }, 60_000);

  it('cleans up what was ingested too long ago, and keeps what it does not know', async () => {
    await publish({ ...CLEANUP, id: 'yearly-try', dryRun: true });
    const plan = await finalOf('cleanup:yearly-try');
    expect(plan).toMatchObject({ status: 'complete', dryRun: true, counts: { planned: 1 }, operations: 0 });
    await publish(CLEANUP);
    const report = await finalOf('cleanup:yearly');
    expect(report).toMatchObject({ status: 'complete', counts: { deleted: 1 }, operations: 1 });
    const left = [kept, unknown].map((one) => Object.values(tripleOf(one)).join('/'));
    expect(await store.uids()).toEqual(left.sort());
    expect(await audited('yearly')).toEqual([report]);
  }, 60_000);

  it('answers a command that is none with a report that names every problem', async () => {
    await publish({ action: 'delete', id: 'wrong', targets: [{ study: 'x' }], when: 'now' });
    await until(() => stack.reports.some((report) => report.kind === 'delete' && report.id === 'wrong'));
    const report = stack.reports.find((one) => one.kind === 'delete' && one.id === 'wrong');
    expect(report).toMatchObject({ final: true, status: 'failed' });
    const { problems } = report as DeletionReport;
    expect(problems).toHaveLength(2);
    expect(problems.map((problem) => problem.split(':')[0]).sort()).toEqual(['targets.0.study', 'when']);
  }, 60_000);
});
