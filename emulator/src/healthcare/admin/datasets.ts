import type { IncomingMessage } from 'node:http';
import { GoogleError } from '../../http/google-error.ts';
import { readJson } from '../../http/server.ts';
import type { DatasetEntry, Datasets } from '../storage/datasets.ts';
import { finishedOperation } from './operations.ts';
import { listPage } from './paging.ts';
import { parseDataset } from './resource-body.ts';
import { requireResourceId } from './resource-id.ts';

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
  if (!(await datasets.createDataset(resource))) throw new GoogleError(409, `already exists: ${name}`);
  return finishedOperation(name, 'google.cloud.healthcare.v1.dataset.DatasetService.CreateDataset', {
    '@type': 'type.googleapis.com/google.cloud.healthcare.v1.dataset.Dataset',
    ...resource,
  });
}

/** Methods of `…/datasets/D`. @returns the JSON to answer. */
export async function datasetMethod(
  datasets: Datasets,
  name: string,
  request: IncomingMessage,
): Promise<object> {
  const dataset = requireDataset(datasets, name);
  if (request.method === 'GET') return dataset.resource;
  if (request.method !== 'DELETE') throw unsupported(request);
  await datasets.deleteDataset(dataset);
  return {};
}

/** The answer to a method that Google may have and the stand-in does not. */
export function unsupported({ method = '' }: IncomingMessage): GoogleError {
  return new GoogleError(501, `The local stand-in does not implement ${method} on this path.`);
}
