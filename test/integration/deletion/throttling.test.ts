import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { StandInControl } from '../../support/faults.ts';
import { FunctionServer } from '../../support/function-server.ts';
import { LocalProject } from '../../support/local-project.ts';
import { send } from '../../support/pulled-messages.ts';
import { StandInStore } from '../../support/stand-in-store.ts';
import { makeDicom, tripleOf } from '../../support/synthetic-dicom.ts';
import { WiredDelete } from '../../support/wired-delete.ts';

const THROTTLED = { kind: 'status', status: 429 } as const;

let project: LocalProject;
let store: StandInStore;
let services: Readonly<Record<'healthcare' | 'storage' | 'pubsub', StandInControl>>;

beforeAll(async () => {
  project = await LocalProject.start({ operationLengthMs: 0 });
  store = new StandInStore(project.environment);
  services = {
    healthcare: new StandInControl(project.environment['HEALTHCARE_ENDPOINT'] ?? ''),
    storage: new StandInControl(project.environment['STORAGE_EMULATOR_HOST'] ?? ''),
    pubsub: new StandInControl(project.pubsubUrl),
  };
});
afterEach(async () => {
  for (const service of Object.values(services)) await service.reset();
  await project.takeCommandReports();
});
afterAll(() => project.close());

async function givenCommand(id: string) {
  await store.put(makeDicom({ seed: id }));
  const { study, series } = tripleOf({ seed: id });
  return { action: 'delete', id, targets: [{ study, series }] };
}

const isStored = async (seed: string): Promise<boolean> =>
  (await project.stored(tripleOf({ seed }))) !== undefined;

describe('defect 5', () => {
  it.each([
    ['its targets are looked at', 'healthcare', 'GET', '/instances\\?'],
    ['the request', 'healthcare', 'DELETE', 'dicomWeb/studies'],
    ['the operation', 'healthcare', 'GET', '/operations/'],
    ['the plan', 'storage', 'POST', 'name=deleting%2Fplans'],
    ['the tombstone', 'storage', 'POST', 'name=tombstones'],
    ['the ledger', 'storage', 'POST', 'name=deletions'],
    ['the audit object', 'storage', 'POST', 'b/records/o\\?.*name=audit'],
    ['the report', 'pubsub', 'POST', ':publish'],
  ] as const)(
    'throttling in the middle of a deletion (%s) does not end it: the command stays open, and is done later',
    async (step, service, method, path) => {
      const id = `throttled-${step.replaceAll(' ', '-')}`;
      const command = await givenCommand(id);
      const worker = new WiredDelete(project, { DELETE_DELAY: '0s', SEARCH_LAG: '0s' });
      await services[service].add({ method, path, times: null, fault: THROTTLED });
      expect(await worker.publish(command)).toBe(204);
      const [script] = await services[service].scripts();
      expect(script?.applied).toBeGreaterThan(0);
      expect(await worker.isOpen()).toBe(true);
      expect(await worker.takeFinalReports()).toEqual([]);
      await services[service].reset();
      expect(await worker.settle()).toMatchObject([
        { status: 'complete', targets: [{ outcome: 'deleted' }], operations: 1 },
      ]);
      expect(await isStored(id)).toBe(false);
    },
    30_000,
  );

  it('throttling of the look for holds ends it, because what may be held is never deleted', async () => {
    const command = await givenCommand('throttled-holds');
    const worker = new WiredDelete(project, { DELETE_DELAY: '0s', SEARCH_LAG: '0s' });
    await services.storage.add({ method: 'GET', path: 'b/records/o\\?', times: null, fault: THROTTLED });
    expect(await worker.publish(command)).toBe(204);
    expect(await worker.takeFinalReports()).toMatchObject([
      { status: 'failed', targets: [{ outcome: 'held', reason: 'hold-unreadable' }] },
    ]);
    expect(await isStored(command.id)).toBe(true);
  });

  it('throttling while a command is taken in reaches the dead-letter path; it is not acknowledged', async () => {
    const attempts = 5;
    const command = await givenCommand('throttled-at-the-door');
    await services.storage.add({ path: 'name=commands', times: null, fault: THROTTLED });
    // One attempt a delivery.
    const worker = await FunctionServer.start({
      ...project.environmentOf('delete'),
      RETRY_BUDGET: '1ms',
    });
    try {
      const names = `${project.pubsubUrl}/v1/projects/local`;
      for (const topic of ['work', 'dead']) await send('PUT', `${names}/topics/${topic}`, {});
      await send('PUT', `${names}/subscriptions/dead`, { topic: 'projects/local/topics/dead' });
      await send('PUT', `${names}/subscriptions/work`, {
        topic: 'projects/local/topics/work',
        pushConfig: { pushEndpoint: worker.url },
        deadLetterPolicy: { deadLetterTopic: 'projects/local/topics/dead', maxDeliveryAttempts: attempts },
      });
      const data = Buffer.from(JSON.stringify(command)).toString('base64');
      await send('POST', `${names}/topics/work:publish`, { messages: [{ data }] });
      const pulled = await send('POST', `${names}/subscriptions/dead:pull`, { maxMessages: 1 });
      const attributes = { CloudPubSubDeadLetterSourceDeliveryCount: String(attempts) };
      expect(pulled).toMatchObject({ receivedMessages: [{ message: { data, attributes } }] });
      expect(await project.takeCommandReports()).toEqual([]);
      expect(await isStored(command.id)).toBe(true);
    } finally {
      await worker.stop();
    }
  }, 60_000);
});
