import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { crc32c } from '../../src/adapters/node-crc32c.ts';
import type { EventRequest } from '../../src/functions/event.ts';
import { FunctionServer } from '../support/function-server.ts';
import { closePeers, startPeer, type Reaction } from '../support/http-peer.ts';
import { startProxy, type Decision, type HttpProxy, type PassingRequest } from '../support/http-proxy.ts';
import { LocalProject } from '../support/local-project.ts';
import { send } from '../support/pulled-messages.ts';
import { stored } from '../support/store-answers.ts';
import { makeDicom, tripleOf } from '../support/synthetic-dicom.ts';
import { WiredIngest } from '../support/wired-ingest.ts';

let project: LocalProject;
let proxy: HttpProxy | undefined;

beforeAll(async () => {
  project = await LocalProject.start();
});
afterEach(async () => {
  await closePeers();
  await proxy?.close();
  proxy = undefined;
  await project.takeReports();
});
afterAll(() => project.close());

describe('defect 5', () => {
  it('throttling in the middle of a multi-part job reaches the retry and the dead-letter path; it is not acknowledged', async () => {
    const attempts = 5;
    proxy = await startProxy(project.environment['HEALTHCARE_ENDPOINT'] ?? '', () => ({ status: 429 }));
    // One attempt a delivery, so that the deliveries are counted at the store.
    const worker = await FunctionServer.start({
      ...project.environment,
      HEALTHCARE_ENDPOINT: proxy.origin,
      RETRY_BUDGET: '1ms',
    });
    try {
      const { push } = await project.drop('defect-5.dcm', makeDicom({ seed: 'defect 5' }));
      const names = `${project.pubsubUrl}/v1/projects/local`;
      for (const topic of ['work', 'dead']) await send('PUT', `${names}/topics/${topic}`, {});
      await send('PUT', `${names}/subscriptions/dead`, { topic: 'projects/local/topics/dead' });
      await send('PUT', `${names}/subscriptions/work`, {
        topic: 'projects/local/topics/work',
        pushConfig: { pushEndpoint: worker.url },
        deadLetterPolicy: { deadLetterTopic: 'projects/local/topics/dead', maxDeliveryAttempts: attempts },
      });
      const { message } = push.body as { message: { attributes: object; data: string } };
      const { attributes, data } = message;
      await send('POST', `${names}/topics/work:publish`, { messages: [{ attributes, data }] });
      const pulled = await send('POST', `${names}/subscriptions/dead:pull`, { maxMessages: 1 });
      expect(pulled).toMatchObject({
        receivedMessages: [
          {
            message: {
              data,
              attributes: { ...attributes, CloudPubSubDeadLetterSourceDeliveryCount: String(attempts) },
            },
          },
        ],
      });
      expect(await project.takeReports()).toEqual([]);
      expect(await project.names('quarantine')).toEqual([]);
    } finally {
      await worker.stop();
    }
  });
});

describe('defect 9', () => {
  const MOST_DELIVERIES = 5;

  /** Delivers as Pub/Sub does: again, while it is not acknowledged. */
  const deliver = async (worker: WiredIngest, push: EventRequest): Promise<number> => {
    for (let delivery = 1; delivery < MOST_DELIVERIES; delivery += 1) {
      if ((await worker.deliver(push)) === 204) return 204;
    }
    return worker.deliver(push);
  };

  it.each([
    ['closed behind every answer', 1, 'pass-and-close', 'pass'],
    ['closed behind every third answer', 3, 'pass-and-close', 'pass'],
    ['cut off at every fourth request', 4, 'cut', 'pass'],
  ] as const)('a connection closed after N requests loses nothing: %s', async (title, nth, atNth, before) => {
    const limit = ({ numberOnConnection }: PassingRequest): Decision =>
      numberOnConnection < nth ? before : atNth;
    const storage = await startProxy(project.environment['STORAGE_EMULATOR_HOST'] ?? '', limit);
    const store = await startProxy(project.environment['HEALTHCARE_ENDPOINT'] ?? '', limit);
    try {
      const worker = new WiredIngest({
        ...project.environment,
        STORAGE_EMULATOR_HOST: storage.origin,
        HEALTHCARE_ENDPOINT: store.origin,
      });
      const options = Array.from({ length: 40 }, (_, number) => ({
        seed: `defect 9 ${title} ${number}`,
        pixelBytes: 65_536,
      }));
      const arrivals = [];
      for (const one of options) arrivals.push(await project.drop(`${one.seed}.dcm`, makeDicom(one)));
      // In fives, so that there are connections to be used again.
      for (let at = 0; at < arrivals.length; at += 5) {
        const five = arrivals.slice(at, at + 5).map(({ push }) => deliver(worker, push));
        expect(await Promise.all(five)).toEqual([204, 204, 204, 204, 204]);
      }
      const ended = [...storage.decisions, ...store.decisions].filter((decision) => decision === atNth);
      expect(ended.length).toBeGreaterThan(10);
      const reports = await project.takeReports();
      expect(reports.map(({ object, outcome }) => `${object?.name ?? ''} ${outcome}`).sort()).toEqual(
        options.map(({ seed }) => `${seed}.dcm stored`).sort(),
      );
      for (const one of options) {
        expect((await project.stored(tripleOf(one)))?.equals(makeDicom(one))).toBe(true);
      }
    } finally {
      await Promise.all([storage.close(), store.close()]);
    }
  });
});

describe('defect 14', () => {
  const IDLE_TIMEOUT = '1s';
  /** Takes twice as long as a body may stand still, but never stands still for so long. */
  const PAUSES = 16;
  const PAUSE_MS = 125;
  const large = { seed: 'defect 14', pixelBytes: 32 * 1024 * 1024 };
  const answerStored = stored(tripleOf(large));

  it('an idle time-out, not a whole-exchange one, on large bodies', async () => {
    const file = makeDicom(large);
    const slow: Reaction = async (response, request, received) => {
      let nextPauseAt = 0;
      let sizeBytes = 0;
      request.on('data', (block: Buffer) => {
        sizeBytes += block.length;
        if (sizeBytes < nextPauseAt) return;
        nextPauseAt += file.length / PAUSES;
        request.pause();
        void delay(PAUSE_MS).then(() => request.resume());
      });
      await answerStored(response, request, received);
    };
    const store = await startPeer(slow);
    const worker = new WiredIngest({
      ...project.environment,
      HEALTHCARE_ENDPOINT: store.origin,
      IDLE_TIMEOUT,
    });
    const { push } = await project.drop('large.dcm', file);
    expect(await worker.deliver(push)).toBe(204);
    expect(store.requests).toHaveLength(1);
    expect(Buffer.concat(store.requests[0]?.blocks ?? []).equals(file)).toBe(true);
    expect(await project.takeReports()).toMatchObject([{ outcome: 'stored' }]);
  });

  it('a large body that stands still is given up, and nothing is said to be stored', async () => {
    const standStill: Reaction = (_response, request) => {
      request.once('data', () => request.pause());
    };
    const store = await startPeer(...Array.from({ length: 8 }, () => standStill));
    const worker = new WiredIngest({
      ...project.environment,
      HEALTHCARE_ENDPOINT: store.origin,
      IDLE_TIMEOUT: '50ms',
    });
    const { push } = await project.drop('large.dcm', makeDicom(large));
    expect(await worker.deliver(push)).toBe(503);
    expect(store.requests.length).toBeGreaterThan(1);
    expect(worker.log.join('')).toContain('"cause":"idle"');
    expect(await project.takeReports()).toEqual([]);
  });

  it('an object that stands still on its way here is given up too', async () => {
    const file = makeDicom(large);
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32c(file, 0));
    const standStill: Reaction = (response) => {
      const headers = {
        'content-length': String(file.length),
        'x-goog-hash': `crc32c=${checksum.toString('base64')}`,
      };
      // The response is never ended.
      response.writeHead(200, headers).write(file.subarray(0, 1000));
    };
    const storage = await startPeer(...Array.from({ length: 8 }, () => standStill));
    const worker = new WiredIngest({
      ...project.environment,
      STORAGE_EMULATOR_HOST: storage.origin,
      IDLE_TIMEOUT: '50ms',
      // Two attempts: the HTTP client measures a download's time-out by ticks of about a second.
      RETRY_BUDGET: '200ms',
    });
    const { push } = await project.drop('large.dcm', file);
    expect(await worker.deliver(push)).toBe(503);
    expect(storage.requests).toHaveLength(2);
    expect(worker.log.join('')).toContain('UND_ERR_BODY_TIMEOUT');
    expect(await project.takeReports()).toEqual([]);
  });

  it('connections are kept alive', async () => {
    const options = Array.from({ length: 10 }, (_, number) => ({ seed: `defect 14 ${number}` }));
    const store = await startPeer(...options.map((one) => stored(tripleOf(one))));
    const worker = new WiredIngest({ ...project.environment, HEALTHCARE_ENDPOINT: store.origin });
    for (const one of options) {
      const { push } = await project.drop('kept-alive.dcm', makeDicom(one));
      expect(await worker.deliver(push)).toBe(204);
    }
    expect(store.requests.map(({ connection }) => connection)).toEqual(options.map(() => 1));
  });
});
