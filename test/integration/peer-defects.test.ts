import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { element, elementStart, identityElements, part10 } from '../support/element-bytes.ts';
import { closePeers, startPeer, type Reaction } from '../support/http-peer.ts';
import { startProxy, type Decision, type HttpProxy } from '../support/http-proxy.ts';
import { LocalProject } from '../support/local-project.ts';
import { refused, stored, storedNothing } from '../support/store-answers.ts';
import { makeDicom, tripleOf, uid, type SyntheticDicom } from '../support/synthetic-dicom.ts';
import { WiredIngest } from '../support/wired-ingest.ts';

/** As many attempts as the worker makes in one delivery. */
const ATTEMPTS = 8;

let project: LocalProject;
let proxy: HttpProxy | undefined;

beforeAll(async () => {
  project = await LocalProject.start({ identicalDuplicate: 'conflict' });
});
afterEach(async () => {
  await closePeers();
  await proxy?.close();
  proxy = undefined;
  await project.takeReports();
});
afterAll(() => project.close());

const makeWorker = (changes: Record<string, string> = {}): WiredIngest =>
  new WiredIngest({ ...project.environment, ...changes });

/** A worker whose store is the peer that plays this script. */
async function workerWithStore(...script: Reaction[]) {
  const store = await startPeer(...script);
  return { worker: makeWorker({ HEALTHCARE_ENDPOINT: store.origin }), requests: store.requests };
}

const outcomes = async (): Promise<string[]> =>
  (await project.takeReports()).map(({ outcome, reason }) =>
    reason === null ? outcome : `${outcome} ${reason}`,
  );

describe('defect 1', () => {
  it('the retry of a streamed upload re-opens its source; it never sends an exhausted or half-read body', async () => {
    const options: SyntheticDicom = { seed: 'defect 1', pixelBytes: 4 * 1024 * 1024 };
    const file = makeDicom(options);
    const cutInTheMiddle: Reaction = (_response, request) => {
      request.once('data', () => request.socket.resetAndDestroy());
    };
    const unavailable: Reaction = async (response, _request, { over }) => {
      await over;
      response.writeHead(503).end();
    };
    const { worker, requests } = await workerWithStore(
      cutInTheMiddle,
      unavailable,
      stored(tripleOf(options)),
    );
    const { push } = await project.drop('defect-1.dcm', file);
    expect(await worker.deliver(push)).toBe(204);
    const [cut, second, third] = requests.map(({ blocks }) => Buffer.concat(blocks));
    expect(cut?.length).toBeLessThan(file.length);
    expect(second?.equals(file)).toBe(true);
    expect(third?.equals(file)).toBe(true);
    expect(requests).toHaveLength(3);
    expect(await outcomes()).toEqual(['stored']);
  });
});

describe('defect 4', () => {
  it('work longer than the ack deadline is not run twice at once', async () => {
    let inFlight = 0;
    let mostInFlight = 0;
    const ends: Promise<void>[] = [];
    const hang: Reaction = (response) => {
      inFlight += 1;
      mostInFlight = Math.max(mostInFlight, inFlight);
      ends.push(
        new Promise((resolve) => {
          response.once('close', () => {
            inFlight -= 1;
            resolve();
          });
        }),
      );
    };
    const store = await startPeer(hang, hang);
    // One second of work: the margin before the deadline takes the other fifteen.
    const worker = makeWorker({ HEALTHCARE_ENDPOINT: store.origin, ACK_DEADLINE: '16s' });
    const { push } = await project.drop('defect-4.dcm', makeDicom({ seed: 'defect 4' }));
    for (let delivery = 1; delivery <= 2; delivery += 1) {
      expect(await worker.deliver(push)).toBe(503);
      await Promise.all(ends);
    }
    expect({ deliveries: ends.length, mostInFlight }).toEqual({ deliveries: 2, mostInFlight: 1 });
    expect(await outcomes()).toEqual([]);
  });
});

describe('defect 5', () => {
  const throttled: Decision = { status: 429 };

  it.each([
    ['the store request', 'HEALTHCARE_ENDPOINT', /dicomWeb\/studies$/, makeDicom({ seed: 'defect 5' })],
    ['the marker', 'STORAGE_EMULATOR_HOST', /upload.*ingested/, makeDicom({ seed: 'defect 5 marker' })],
    ['the copy to quarantine', 'STORAGE_EMULATOR_HOST', /rewriteTo/, Buffer.from('no DICOM')],
    ['the report', 'PUBSUB_EMULATOR_HOST', /:publish$/, makeDicom({ seed: 'defect 5 report' })],
  ])(
    'throttling in the middle of a job (%s) reaches the retry; it is not acknowledged',
    async (_step, variable, url, bytes) => {
      const target = project.environment[variable] ?? '';
      const origin = target.startsWith('http') ? target : `http://${target}`;
      const running = await startProxy(origin, (request) => (url.test(request.url) ? throttled : 'pass'));
      proxy = running;
      const address = target.startsWith('http') ? running.origin : new URL(running.origin).host;
      const worker = makeWorker({ [variable]: address });
      const { push } = await project.drop('defect-5', bytes);
      expect(await worker.deliver(push)).toBe(429);
      expect(running.decisions.filter((decision) => decision === throttled).length).toBeGreaterThan(1);
      expect(await outcomes()).toEqual([]);
    },
  );
});

describe('defect 6', () => {
  it('two sources with one base name keep distinct receipts', async () => {
    const worker = makeWorker();
    for (const ward of ['a', 'b']) {
      const { push } = await project.drop(
        `${ward}/scan.dcm`,
        Buffer.from('the same text, which is no DICOM'),
      );
      expect(await worker.deliver(push)).toBe(204);
    }
    const reports = await project.takeReports();
    const hashes = reports.map(({ reportId }) => reportId.replace('ingest:', ''));
    expect(reports.map(({ object }) => object?.name)).toEqual(['a/scan.dcm', 'b/scan.dcm']);
    expect(new Set(hashes).size).toBe(2);
    expect(await project.names('quarantine')).toEqual(
      expect.arrayContaining(hashes.map((hash) => `not-dicom/${hash}`)),
    );
  });

  it('the same SOP instance UID in two series keeps both (key by the full triple)', async () => {
    const worker = makeWorker();
    const instance = uid('defect 6');
    const variants = ['one', 'other'].map((series) => ({ seed: 'defect 6', instance, series: uid(series) }));
    for (const options of variants) {
      const { push } = await project.drop('series.dcm', makeDicom(options));
      expect(await worker.deliver(push)).toBe(204);
    }
    expect(await outcomes()).toEqual(['stored', 'stored']);
    for (const options of variants) {
      expect((await project.stored(tripleOf(options)))?.equals(makeDicom(options))).toBe(true);
    }
  });
});

describe('defect 7', () => {
  it('409 for an identical duplicate, for differing bytes and for invalid DICOM are three outcomes', async () => {
    const worker = makeWorker();
    const original = makeDicom({ seed: 'defect 7' });
    const differing = makeDicom({ seed: 'defect 7', patientName: 'Somebody^Else' });
    // Without a transfer syntax, which a store needs and the reader of the header can do without.
    const meta = element(0x00020002, 'UI', '1.2.840.10008.5.1.4.1.1.7');
    const invalid = part10([meta], Buffer.concat([...identityElements(), elementStart(0x00280010, 'US', 0)]));
    for (const bytes of [original, original, differing, invalid]) {
      const { push } = await project.drop('defect-7.dcm', bytes);
      expect(await worker.deliver(push)).toBe(204);
    }
    expect(await outcomes()).toEqual([
      'stored',
      'already-stored',
      'conflict different-content',
      'rejected store-refused',
    ]);
    expect((await project.stored(tripleOf({ seed: 'defect 7' })))?.equals(original)).toBe(true);
  });
});

describe('defect 8', () => {
  it.each([429, 500, 502, 503, 504])(
    '%i from the store never quarantines the object as bad data',
    async (status) => {
      const failing: Reaction = async (response, _request, { over }) => {
        await over;
        response.writeHead(status, { 'content-type': 'text/html' }).end('<html>not now</html>');
      };
      const { worker, requests } = await workerWithStore(...Array.from({ length: 50 }, () => failing));
      const before = await project.names('quarantine');
      const { push } = await project.drop('defect-8.dcm', makeDicom({ seed: `defect 8 ${status}` }));
      expect(await worker.deliver(push)).toBe(status === 429 ? 429 : 503);
      expect(requests.length).toBeGreaterThan(1);
      expect(requests.length).toBeLessThanOrEqual(ATTEMPTS);
      expect(await project.names('quarantine')).toEqual(before);
      expect(await outcomes()).toEqual([]);
    },
  );
});

describe('defect 12', () => {
  it.each([
    ['a copy in quarantine', 'own-output', 'a.dcm', { 'dicom-courier': 'quarantine' }],
    ['an archived object', 'own-output', '17/a.dcm', { 'dicom-courier': 'archive' }],
    ['a part of gsutil', 'composite-part', 'gsutil/tmp/parallel_composite_uploads/for_details/a_0', {}],
    ['a part of gcloud', 'composite-part', 'gcloud/tmp/parallel_composite_uploads/see_gcloud/a_1', {}],
    ['a part in a folder', 'composite-part', 'ward/gcloud/tmp/parallel_composite_uploads/a_1', {}],
  ])(
    "the worker's own outputs and the temporary parts of composite uploads never trigger an ingest: %s",
    async (_what, reason, name, metadata) => {
      const { worker, requests } = await workerWithStore();
      const { push } = await project.drop(name, makeDicom({ seed: 'defect 12' }), { metadata });
      expect(await worker.deliver(push)).toBe(204);
      expect(await outcomes()).toEqual([`ignored ${reason}`]);
      expect(requests).toEqual([]);
    },
  );
});

describe('defect 16', () => {
  it('an upload that races a series deletion is stored after it, not lost and not reported stored before', async () => {
    const options = { seed: 'defect 16' };
    const { study, series } = tripleOf(options);
    const file = makeDicom(options);
    const ledger = `deletions/${study}/${series}.json`;
    const busy = refused(tripleOf(options), 'the series is being deleted');
    const { worker, requests } = await workerWithStore(...Array.from({ length: ATTEMPTS }, () => busy));
    await project.put('state', ledger, JSON.stringify({ phase: 'running' }));
    const before = await project.names('quarantine');
    const { push } = await project.drop('defect-16.dcm', file);
    expect(await worker.deliver(push)).toBe(503);
    expect(requests.length).toBeGreaterThan(0);
    expect(await outcomes()).toEqual([]);
    expect(await project.names('quarantine')).toEqual(before);

    await project.put('state', ledger, JSON.stringify({ phase: 'ended' }));
    expect(await makeWorker().deliver(push)).toBe(204);
    expect(await outcomes()).toEqual(['stored']);
    expect((await project.stored(tripleOf(options)))?.equals(file)).toBe(true);
  });
});

describe('defect 17', () => {
  it.each([
    ['nothing', storedNothing],
    ['another instance', stored({ study: '1.2', series: '1.3', instance: '1.4' })],
    ['the instance of another series', stored({ ...tripleOf({ seed: 'defect 17' }), series: '1.3' })],
  ])(
    'a store answer of HTTP 200 that lists no stored instance is a failure: %s',
    async (_listed, reaction) => {
      const { worker, requests } = await workerWithStore(...Array.from({ length: ATTEMPTS }, () => reaction));
      const { push } = await project.drop('defect-17.dcm', makeDicom({ seed: 'defect 17' }));
      expect(await worker.deliver(push)).toBe(503);
      expect(requests.length).toBeGreaterThan(1);
      expect(await outcomes()).toEqual([]);
    },
  );
});

describe('defect 18', () => {
  it("file meta and data set disagree on the SOP instance UID: the data set's counts", async () => {
    const options = { seed: 'defect 18', metaInstance: uid('another instance') };
    const file = makeDicom(options);
    const { push } = await project.drop('defect-18.dcm', file);
    expect(await makeWorker().deliver(push)).toBe(204);
    const [report] = await project.takeReports();
    expect(report?.instances).toMatchObject([{ ...tripleOf(options), outcome: 'stored' }]);
    expect((await project.stored(tripleOf(options)))?.equals(file)).toBe(true);
  });
});
