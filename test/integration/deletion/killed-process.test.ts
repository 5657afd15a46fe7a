import '../../support/one-realm.ts';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followReports, type ReportFeed } from '../../../emulator/src/stack/report-feed.ts';
import { tickEvery } from '../../../emulator/src/stack/scheduler.ts';
import { startStack, type Stack } from '../../../emulator/src/stack/stack.ts';
import { DICOM_STORE, TOPICS } from '../../../emulator/src/stack/topology.ts';
import type { DeletionReport } from '../../../src/domain/deletion/deletion-report.ts';
import { StandInControl } from '../../support/faults.ts';
import { deployedRights } from '../../support/rights.ts';
import { StandInStore } from '../../support/stand-in-store.ts';
import { makeDicom, tripleOf, uid } from '../../support/synthetic-dicom.ts';
import { until } from '../../support/until.ts';

const ID = 'erase-and-die';
const study = uid('killed study');
const asked = [1, 2, 3, 4].map((number) =>
  tripleOf({ study, series: uid('asked'), seed: `killed ${number}` }),
);
const kept = tripleOf({ study, series: uid('kept'), seed: 'kept' });

let root: string;
let stack: Stack;
let store: StandInStore;
let healthcare: StandInControl;
let feed: ReportFeed;
const reports: DeletionReport[] = [];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'courier-killed-'));
  stack = await startStack({
    dataDir: join(root, 'data'),
    ports: { storage: 0, pubsub: 0, healthcare: 0, functions: 0 },
    policy: deployedRights(),
    schedule: [tickEvery(1)],
    // A call does what is to be done now, and does not wait for more: so it dies between two calls.
    environment: {
      ...process.env,
      DELETE_DELAY: '0s',
      SEARCH_LAG: '0s',
      ADVANCE_BUDGET: '300ms',
      FUNCTION_TIMEOUT: '30s',
      ACK_DEADLINE: '30s',
    },
    restartDelayMs: () => 10,
  });
  const { healthcareUrl } = stack.services;
  store = new StandInStore({ HEALTHCARE_ENDPOINT: healthcareUrl, DICOM_STORE });
  healthcare = new StandInControl(healthcareUrl);
  feed = await followReports(stack.clients.pubsub, {
    onReport: (report) => {
      reports.push(report as DeletionReport);
      return Promise.resolve();
    },
    onProblem: (text) => process.stderr.write(`${text}\n`),
  });
}, 60_000);

afterAll(async () => {
  await feed.close();
  await stack.close();
  rmSync(root, { recursive: true, force: true });
});

it('a delete function that is killed while its operation runs goes on with it at the next tick', async () => {
  for (const one of [...asked, kept]) await store.put(makeDicom(one));
  await store.change({ operationLengthMs: 'held' });
  await healthcare.add({ method: 'DELETE', times: null, fault: { kind: 'pass' } });
  const target = { study, series: uid('asked') };
  const command = { action: 'delete', id: ID, targets: [target] };
  await stack.clients.pubsub.topic(TOPICS.delete).publishMessage({ json: command });
  await untilAsync(
    async () => (await document(`deletions/${study}/${target.series}.json`))?.phase === 'running',
  );
  await untilAsync(async () => (await document('deleting/lease.json'))?.until === 0);

  // Should a tick have come in between, it dies with the lease, and a minute and a half pass before another has it.
  const victim = stack.functions.find(({ name }) => name === 'delete')?.process;
  const processId = victim?.processId;
  if (processId === undefined) throw new Error('There is no function to be killed.');
  process.kill(processId, 'SIGKILL');
  await until(() => victim?.processId !== undefined && victim.processId !== processId);
  expect(reports.filter(({ final }) => final)).toEqual([]);

  await store.release();
  await until(() => reports.some(({ final }) => final));
  const [deletions] = await healthcare.scripts();
  expect(deletions?.applied).toBe(1);
  expect(await store.uids()).toEqual([Object.values(kept).join('/')]);
  expect(reports.filter(({ final }) => final)).toMatchObject([
    { id: ID, status: 'complete', counts: { deleted: 4 }, operations: 1, problems: [] },
  ]);
}, 180_000);

async function document(name: string): Promise<{ phase?: string; until?: number } | undefined> {
  const url = `${stack.services.storageUrl}/storage/v1/b/state/o/${encodeURIComponent(name)}?alt=media`;
  const answer = await fetch(url);
  const text = await answer.text();
  return answer.status === 200 ? (JSON.parse(text) as { phase?: string; until?: number }) : undefined;
}

async function untilAsync(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await Promise.resolve();
}
