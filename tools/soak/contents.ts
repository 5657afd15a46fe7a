import { DICOM_STORE, FUNCTIONS, deadLetterOf } from '../../emulator/src/stack/topology.ts';
import { rowsOf, valueOf } from '../cloud/dicom-rows.ts';
import { makeHealthcareClient } from '../cloud/healthcare-client.ts';
import type { SoakWorld } from './soak-world.ts';

const PAGE = 1000;
const READERS = 8;

/** The paths of all instances that the store lists. */
export async function listStore({ stack }: SoakWorld): Promise<string[]> {
  const healthcare = makeHealthcareClient(stack.services.healthcareUrl);
  const paths: string[] = [];
  for (;;) {
    const path = `${DICOM_STORE}/dicomWeb/instances?limit=${PAGE}&offset=${paths.length}&includefield=0020000D,0020000E`;
    const rows = rowsOf(
      await healthcare({ method: 'GET', path, headers: { accept: 'application/dicom+json' } }),
    );
    if (rows.length === 0) return paths;
    for (const row of rows) {
      const [study, series, instance] = ['0020000D', '0020000E', '00080018'].map((tag) => valueOf(row, tag));
      paths.push(`studies/${study}/series/${series}/instances/${instance}`);
    }
  }
}

/** The bytes of an instance; undefined where it is not there. */
export function readInstance(world: SoakWorld, path: string): Promise<Buffer | undefined> {
  return retrieve(world, path, 'application/dicom; transfer-syntax=*');
}

/** The metadata of an instance; undefined where it is not there. */
export function readMetadata(world: SoakWorld, path: string): Promise<Buffer | undefined> {
  return retrieve(world, `${path}/metadata`, 'application/dicom+json');
}

async function retrieve({ stack }: SoakWorld, path: string, accept: string): Promise<Buffer | undefined> {
  const { status, body } = await makeHealthcareClient(stack.services.healthcareUrl)({
    method: 'GET',
    path: `${DICOM_STORE}/dicomWeb/${path}`,
    headers: { accept },
  });
  return status === 200 ? body : undefined;
}

/** Operations that have not ended. */
export async function runningOperations({ stack }: SoakWorld): Promise<number> {
  const [dataset = ''] = DICOM_STORE.split('/dicomStores/');
  const { json } = await makeHealthcareClient(stack.services.healthcareUrl)({
    method: 'GET',
    path: `${dataset}/operations?pageSize=1000`,
  });
  const { operations = [] } = json as { operations?: { done?: boolean }[] };
  return operations.filter(({ done }) => done !== true).length;
}

/** An object as a listing shows it. */
export interface Listed {
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export async function listBucket({ stack }: SoakWorld, bucket: string, prefix = ''): Promise<Listed[]> {
  const found: Listed[] = [];
  let token = '';
  do {
    const query = `prefix=${encodeURIComponent(prefix)}&pageToken=${encodeURIComponent(token)}`;
    const answer = await fetch(`${stack.services.storageUrl}/storage/v1/b/${bucket}/o?${query}`);
    const { items = [], nextPageToken = '' } = (await answer.json()) as {
      items?: { name: string; metadata?: Record<string, string> }[];
      nextPageToken?: string;
    };
    found.push(...items.map(({ name, metadata = {} }) => ({ name, metadata })));
    token = nextPageToken;
  } while (token !== '');
  return found;
}

export async function readObject({ stack }: SoakWorld, bucket: string, name: string): Promise<Buffer> {
  const url = `${stack.services.storageUrl}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?alt=media`;
  return Buffer.from(await (await fetch(url)).arrayBuffer());
}

export async function readDocument(world: SoakWorld, bucket: string, name: string): Promise<unknown> {
  return JSON.parse((await readObject(world, bucket, name)).toString('utf8')) as unknown;
}

/** How many messages each function has given up, by its name. */
export async function deadLetters({ stack }: SoakWorld): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { name, subscription } of FUNCTIONS) {
    const url = `http://${stack.services.pubsubHost}/v1/projects/local/subscriptions/${deadLetterOf(subscription)}:pull`;
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: 'Bearer local', 'content-type': 'application/json' },
      body: JSON.stringify({ maxMessages: 1000, returnImmediately: true }),
    });
    const { receivedMessages = [] } = (await answer.json()) as { receivedMessages?: unknown[] };
    counts.set(name, receivedMessages.length);
  }
  return counts;
}

/** Does the work for each, some at once. */
export async function forEach<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const workAll = async (): Promise<void> => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: READERS }, workAll));
}
