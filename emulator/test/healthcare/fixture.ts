import { readdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHealthcare } from '../../src/healthcare/healthcare.ts';
import type { HealthcareSwitches } from '../../src/healthcare/switches.ts';
import { systemClock, type Clock } from '../../src/clock.ts';
import { DEVELOPER_TOKEN, TokenRegistry } from '../../src/http/tokens.ts';

export const AUTHORIZATION = { authorization: `Bearer ${DEVELOPER_TOKEN}` };
export const STORE_PATH = '/v1/projects/p/locations/l/datasets/d/dicomStores/s';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  text(): string;
  json(): unknown;
}

/** A stand-in with one empty store. */
export interface Fixture {
  /** Without a trailing slash. */
  readonly url: string;
  readonly dataDir: string;
  /** A request with a valid token to a path of the store's DICOMweb services, or to one from `/v1` or `/_control` on. */
  readonly send: (
    method: string,
    path: string,
    headers?: Record<string, string>,
    body?: Buffer | string,
  ) => Promise<Answer>;
  /** Changes switches of the running stand-in. */
  set(switches: Partial<HealthcareSwitches>): Promise<void>;
  /** Ends the stand-in and starts another one on its data. */
  restart(switches?: Partial<HealthcareSwitches>): Promise<void>;
  /** What is left of unfinished requests. */
  spooled(): Promise<string[]>;
  /** The files of instances. */
  files(): Promise<string[]>;
  close(): Promise<void>;
}

export async function startFixture(
  switches: Partial<HealthcareSwitches> = {},
  clock: Clock = systemClock,
): Promise<Fixture> {
  const dataDir = await mkdtemp(join(tmpdir(), 'courier-healthcare-'));
  const options = { port: 0, dataDir, tokens: new TokenRegistry(), clock };
  let standIn = await startHealthcare({ ...options, switches });
  const send: Fixture['send'] = async (method, path, headers = {}, body) => {
    const url = `${standIn.url}${/^\/(v1|_control)\//.test(path) ? path : `${STORE_PATH}/dicomWeb${path}`}`;
    return sendTo(url, method, { ...AUTHORIZATION, ...headers }, body);
  };
  const fixture: Fixture = {
    get url() {
      return standIn.url;
    },
    dataDir,
    send,
    set: async (changes) => {
      const answer = await send('PATCH', '/_control/switches', {}, JSON.stringify(changes));
      if (answer.status !== 200) throw new Error(answer.text());
    },
    restart: async (changed = switches) => {
      await standIn.close();
      standIn = await startHealthcare({ ...options, switches: changed });
    },
    spooled: () => readdir(join(dataDir, STORE_PATH.slice('/v1'.length), 'incoming')),
    files: async () => {
      const directory = join(dataDir, STORE_PATH.slice('/v1'.length), 'instances');
      const entries = await readdir(directory, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    },
    close: async () => {
      await standIn.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  await makeStore(fixture.send);
  return fixture;
}

/** Makes the dataset and the store of {@link STORE_PATH}. */
export async function makeStore(send: Fixture['send']): Promise<void> {
  const datasets = '/v1/projects/p/locations/l/datasets';
  for (const path of [`${datasets}?datasetId=d`, `${datasets}/d/dicomStores?dicomStoreId=s`]) {
    const answer = await send('POST', path, {}, '{}');
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${answer.text()}`);
  }
}

export async function sendTo(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: Buffer | string,
): Promise<Answer> {
  const sent = body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) };
  const response = await fetch(url, { method, headers, ...sent });
  const bytes = Buffer.from(await response.arrayBuffer());
  return {
    status: response.status,
    headers: response.headers,
    body: bytes,
    text: () => bytes.toString('utf8'),
    json: () => JSON.parse(bytes.toString('utf8')) as unknown,
  };
}

/** Stores one instance. */
export function store(
  fixture: Pick<Fixture, 'send'>,
  file: Buffer,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return fixture.send('POST', '/studies', { 'content-type': 'application/dicom', ...headers }, file);
}

export const MULTIPART = { 'content-type': 'multipart/related; type="application/dicom"; boundary=b' };

export function toMultipart(files: readonly Buffer[], partType = 'application/dicom'): Buffer {
  const parts = files.flatMap((file) => [
    Buffer.from(`--b\r\nContent-Type: ${partType}\r\n\r\n`),
    file,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...parts, Buffer.from('--b--\r\n')]);
}
