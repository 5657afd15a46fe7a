import { afterAll, beforeAll, describe } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHealthcare } from '../../../emulator/src/healthcare/healthcare.ts';
import { DEVELOPER_TOKEN, TokenRegistry } from '../../../emulator/src/http/tokens.ts';
import { startOrthanc } from '../../support/orthanc.ts';
import { describeWith, orthanc } from '../../support/peers.ts';

/** A DICOMweb server with one empty store. */
export interface Target {
  /** The Cloud Healthcare API itself has to do what its stand-in does. */
  readonly kind: 'standIn' | 'orthanc';
  /** The root of its services, without a trailing slash. */
  readonly dicomWebUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/**
 * Runs a suite against the stand-in, and against Orthanc where it is installed; or, where a dataset is named, against a store
 * in that and nothing else. Each suite has a store of its own.
 */
export function describeTargets(title: string, body: (target: () => Target) => void): void {
  const { COURIER_CONTRACT_DATASET: dataset } = process.env;
  if (dataset !== undefined) {
    describe(`${title}: the service`, () => withTarget(() => startService(dataset), body));
    return;
  }
  describe(`${title}: the stand-in`, () => withTarget(startStandIn, body));
  describeWith(orthanc, `${title}: Orthanc`, (found) => withTarget(() => startOrthancTarget(found), body));
}

function withTarget(start: () => Promise<Target>, body: (target: () => Target) => void): void {
  let target: Target | undefined;
  beforeAll(async () => {
    target = await start();
  }, 30_000);
  afterAll(async () => {
    await target?.close();
  }, 30_000);
  body(() => {
    if (target === undefined) throw new Error('The target runs only inside of tests.');
    return target;
  });
}

async function startStandIn(): Promise<Target> {
  const dataDir = await mkdtemp(join(tmpdir(), 'courier-healthcare-'));
  const standIn = await startHealthcare({ port: 0, dataDir, tokens: new TokenRegistry() });
  const headers = { authorization: `Bearer ${DEVELOPER_TOKEN}` };
  const datasets = `${standIn.url}/v1/projects/p/locations/l/datasets`;
  for (const url of [`${datasets}?datasetId=d`, `${datasets}/d/dicomStores?dicomStoreId=s`]) {
    const response = await fetch(url, { method: 'POST', headers, body: '{}' });
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  }
  return {
    kind: 'standIn',
    dicomWebUrl: `${datasets}/d/dicomStores/s/dicomWeb`,
    headers,
    close: async () => {
      await standIn.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A store that is made in a dataset, and removed again. @param dataset `projects/…/datasets/…` */
async function startService(dataset: string): Promise<Target> {
  const { COURIER_CONTRACT_ENDPOINT: endpoint = '', COURIER_CONTRACT_TOKEN: token = '' } = process.env;
  const headers = { authorization: `Bearer ${token}` };
  const stores = `${endpoint}/v1/${dataset}/dicomStores`;
  const id = `contract-${randomUUID()}`;
  const send = async (method: string, url: string, body: string | null): Promise<void> => {
    const sent = { ...headers, 'content-type': 'application/json' };
    const answer = await fetch(url, { method, headers: sent, body });
    if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status}: ${await answer.text()}`);
  };
  await send('POST', `${stores}?dicomStoreId=${id}`, '{}');
  const close = (): Promise<void> => send('DELETE', `${stores}/${id}`, null);
  return { kind: 'standIn', dicomWebUrl: `${stores}/${id}/dicomWeb`, headers, close };
}

async function startOrthancTarget(found: { command: string; plugin: string }): Promise<Target> {
  const running = await startOrthanc(found);
  return { kind: 'orthanc', dicomWebUrl: running.dicomWebUrl, headers: {}, close: () => running.close() };
}
