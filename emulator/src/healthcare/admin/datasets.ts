import type { IncomingMessage } from 'node:http';
import { GoogleError } from '../../http/google-error.ts';
import { readJson } from '../../http/server.ts';
import type { DatasetEntry, Datasets } from '../storage/datasets.ts';
import type { Deletions } from '../deletion/deletions.ts';
import { formatOperation } from './operation-resource.ts';
import { listPage } from './paging.ts';
import { parseDataset } from './resource-body.ts';
import { requireResourceId } from './resource-id.ts';
import { unsupported } from './unsupported.ts';

/** A dataset that is not there is refused like one that is not one's own. */
export function requireDataset(datasets: Datasets, name: string): DatasetEntry {
  const dataset = datasets.byName.get(name);
  if (dataset !== undefined) return dataset;
  throw new GoogleError(
    403,
    `Permission healthcare.datasets.get denied on resource '${name}' (or it may be malformed or not exist).`,
  );
}

/** Methods of `…/locations/L/datasets`. @returns the JSON to answer. */
export async function datasetsMethod(
  datasets: Datasets,
  parent: string,
  request: IncomingMessage,
  query: URLSearchParams,
  nowMs: number,
): Promise<object> {
  if (request.method === 'GET') {
    const all = [...datasets.byName.values()].map(({ resource }) => resource);
    return listPage(
      'datasets',
      all.filter(({ name }) => name.startsWith(`${parent}/datasets/`)),
      query,
    );
  }
  if (request.method !== 'POST') throw unsupported(request);
  const fields = parseDataset(await readJson(request));
  const name = `${parent}/datasets/${requireResourceId(query, 'datasetId')}`;
  const resource = { ...fields, name };
  const dataset = await datasets.createDataset(resource);
  if (dataset === undefined) throw new GoogleError(409, `already exists: ${name}`);
  const now = new Date(nowMs).toISOString();
  const response = {
    '@type': 'type.googleapis.com/google.cloud.healthcare.v1.dataset.Dataset',
    ...resource,
  };
  const operation = {
    name: dataset.operations.newName(),
    apiMethodName: 'google.cloud.healthcare.v1.dataset.DatasetService.CreateDataset',
    createTime: now,
    end: { endTime: now, result: { response } },
  };
  await dataset.operations.add(operation);
  return formatOperation(operation);
}

/** Methods of `…/datasets/D`. @returns the JSON to answer. */
export async function datasetMethod(
  datasets: Datasets,
  deletions: Deletions,
  name: string,
  request: IncomingMessage,
): Promise<object> {
  const dataset = requireDataset(datasets, name);
  if (request.method === 'GET') return dataset.resource;
  if (request.method !== 'DELETE') throw unsupported(request);
  for (const { instances } of dataset.stores.values()) await deletions.finish(instances);
  await datasets.deleteDataset(dataset);
  return {};
}
