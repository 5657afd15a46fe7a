import type { IncomingMessage } from 'node:http';
import { GoogleError } from '../../http/google-error.ts';
import { readJson } from '../../http/server.ts';
import type { DatasetEntry, Datasets, StoreEntry } from '../storage/datasets.ts';
import type { Deletions } from '../deletion/deletions.ts';
import { listPage } from './paging.ts';
import { parseDicomStore } from './resource-body.ts';
import { requireResourceId } from './resource-id.ts';
import { unsupported } from './unsupported.ts';

/** @param status what a missing store is answered with. */
export function requireStore(dataset: DatasetEntry, storeId: string, status: 403 | 404 = 404): StoreEntry {
  const store = dataset.stores.get(storeId);
  if (store !== undefined) return store;
  const name = `${dataset.resource.name}/dicomStores/${storeId}`;
  throw new GoogleError(
    status,
    status === 404
      ? `DICOM store not found: ${name}`
      : `Permission healthcare.dicomStores.get denied on resource '${name}' (or it may be malformed or not exist).`,
  );
}

/** Methods of `…/datasets/D/dicomStores`. @returns the JSON to answer. */
export async function dicomStoresMethod(
  datasets: Datasets,
  dataset: DatasetEntry,
  request: IncomingMessage,
  query: URLSearchParams,
): Promise<object> {
  if (request.method === 'GET') {
    const all = [...dataset.stores.values()].map(({ resource }) => resource);
    return listPage('dicomStores', all, query);
  }
  if (request.method !== 'POST') throw unsupported(request);
  const fields = parseDicomStore(await readJson(request));
  const storeId = requireResourceId(query, 'dicomStoreId');
  const resource = { ...fields, name: `${dataset.resource.name}/dicomStores/${storeId}` };
  if (!(await datasets.createStore(dataset, storeId, resource))) {
    throw new GoogleError(409, `already exists: ${resource.name}`);
  }
  return resource;
}

/** Methods of `…/dicomStores/S`. @returns the JSON to answer. */
export async function dicomStoreMethod(
  datasets: Datasets,
  deletions: Deletions,
  dataset: DatasetEntry,
  storeId: string,
  request: IncomingMessage,
  query: URLSearchParams,
): Promise<object> {
  const store = requireStore(dataset, storeId);
  if (request.method === 'GET') return store.resource;
  if (request.method === 'PATCH') return patch(datasets, store, request, query);
  if (request.method !== 'DELETE') throw unsupported(request);
  await deletions.finish(store.instances);
  await datasets.deleteStore(dataset, storeId, store);
  return {};
}

async function patch(
  datasets: Datasets,
  store: StoreEntry,
  request: IncomingMessage,
  query: URLSearchParams,
): Promise<object> {
  const mask = query.get('updateMask')?.split(',') ?? [];
  if (mask.length === 0 || mask.some((field) => field !== 'labels')) {
    throw new GoogleError(
      400,
      `invalid updateMask: ${mask.join(',') || '(none)'}. The field labels can be updated.`,
    );
  }
  const { labels } = parseDicomStore(await readJson(request));
  await datasets.updateStore(store, { ...store.resource, name: store.resource.name, labels });
  return store.resource;
}
