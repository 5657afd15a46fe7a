import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPeers, type Peers } from '../../bench/child/start-peers.ts';
import { DICOM_STORE, INBOX, STATE } from '../../bench/peers/names.ts';
import { formatNotification } from '../../bench/push/notification.ts';
import { bundleFunction, type BundledFunction } from '../support/bundled-function.ts';
import { FunctionServer } from '../support/function-server.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const BOUND_BYTES = 200 * MIB;
const LARGE_BYTES = process.env['COURIER_TEST_FULL'] === '1' ? 2 * GIB : GIB;

describe('defect 15', () => {
  let peers: Peers;
  let bundle: BundledFunction;

  beforeAll(async () => {
    [peers, bundle] = await Promise.all([startPeers(), bundleFunction()]);
  });
  afterAll(async () => {
    bundle.remove();
    await peers.stop();
  });

  /** The peers are made for speed and size, keep nothing and know no rights: what is measured is the function's memory alone. */
  const environment = (): Record<string, string> => ({
    PROJECT_ID: 'bench',
    DICOM_STORE,
    INBOX_BUCKET: INBOX,
    QUARANTINE_BUCKET: 'quarantine',
    STATE_BUCKET: STATE,
    RESULTS_TOPIC: 'results',
    STORAGE_EMULATOR_HOST: peers.ready.storageUrl,
    PUBSUB_EMULATOR_HOST: peers.ready.pubsubHost,
    HEALTHCARE_ENDPOINT: peers.ready.storeUrl,
    GCE_METADATA_HOST: peers.ready.metadataHost,
    METADATA_SERVER_DETECTION: 'assume-present',
  });

  it('peak memory for a multi-gigabyte instance is bounded and asserted', async () => {
    const worker = await FunctionServer.start(environment(), bundle.script);
    const status = await worker.deliver({
      headers: { 'content-type': 'application/json' },
      body: formatNotification(1, LARGE_BYTES),
    });
    const peakMemoryBytes = worker.peakMemoryBytes();
    await worker.stop();
    expect(status).toBe(204);
    // The store counts only what has arrived whole.
    const { counts } = await peers.ask({});
    expect(counts).toMatchObject({ post: 1, stored: 1, publish: 1, unknown: 0 });
    expect(peakMemoryBytes).toBeLessThan(BOUND_BYTES);
    process.stderr.write(
      `${LARGE_BYTES / MIB} MiB carried in ${Math.round(peakMemoryBytes / MIB)} MiB of memory\n`,
    );
  }, 120_000);
});
