import type { IncomingMessage, ServerResponse } from 'node:http';
import { GoogleError } from '../http/google-error.ts';
import { sendJson, serve, type RunningServer } from '../http/server.ts';
import type { TokenRegistry } from '../http/tokens.ts';
import { datasetMethod, datasetsMethod, requireDataset, unsupported } from './admin/datasets.ts';
import { dicomStoreMethod, dicomStoresMethod, requireStore } from './admin/dicom-stores.ts';
import { sendDicomWebError } from './dicomweb/errors.ts';
import type { Exchange } from './dicomweb/exchange.ts';
import { retrieveMetadata } from './dicomweb/metadata.ts';
import { parseDicomWebPath } from './dicomweb/paths.ts';
import { retrieve } from './dicomweb/retrieve.ts';
import { search } from './dicomweb/search.ts';
import { storeInstances } from './dicomweb/store.ts';
import { parseRoute, type Route } from './routes.ts';
import { Datasets } from './storage/datasets.ts';
import { DEFAULT_SWITCHES, type HealthcareSwitches } from './switches.ts';

export interface HealthcareOptions {
  /** 0 picks a free one. */
  readonly port: number;
  /** Where datasets, stores and instances are kept; they are there again at the next start. */
  readonly dataDir: string;
  /** Who may call: every request needs a bearer token of this registry. */
  readonly tokens: TokenRegistry;
  readonly switches?: Partial<HealthcareSwitches>;
}

/** A running stand-in. Closing it ends open requests, and waits until none of them touches the disk any more. */
export type HealthcareStandIn = RunningServer;

/**
 * Starts a stand-in for the DICOM part of the Cloud Healthcare API, v1.
 *
 * What it does and what it leaves out is said in emulator/docs/healthcare.md.
 */
export async function startHealthcare(options: HealthcareOptions): Promise<HealthcareStandIn> {
  const switches = { ...DEFAULT_SWITCHES, ...options.switches };
  const datasets = await Datasets.open(options.dataDir);
  const running = new Set<Promise<void>>();
  const server = await serve((request, response) => {
    const handled = handle(options.tokens, datasets, switches, request, response);
    const settled = handled
      .then(
        () => undefined,
        () => undefined, // The server answers it; here only its end matters.
      )
      .finally(() => running.delete(settled));
    running.add(settled);
    return handled;
  }, options.port);
  return {
    ...server,
    close: async () => {
      await server.close();
      await Promise.all(running);
    },
  };
}

async function handle(
  tokens: TokenRegistry,
  datasets: Datasets,
  switches: HealthcareSwitches,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`);
  const route = parseRoute(url.pathname);
  if (route?.kind === 'dicomWeb') {
    try {
      tokens.authenticate(request);
      const store = requireStore(
        requireDataset(datasets, route.dataset),
        route.storeId,
        switches.missingStoreStatus,
      ).instances;
      const baseUrl = `${url.origin}/v1/${route.dataset}/dicomStores/${route.storeId}/dicomWeb`;
      await dicomWeb(
        { request, response, query: url.searchParams, store, baseUrl, switches },
        route.segments,
      );
    } catch (error) {
      sendDicomWebError(response, error, switches);
    }
    return;
  }
  tokens.authenticate(request);
  sendJson(response, 200, await administer(datasets, route, request, url.searchParams));
}

async function administer(
  datasets: Datasets,
  route: Exclude<Route, { kind: 'dicomWeb' }> | undefined,
  request: IncomingMessage,
  query: URLSearchParams,
): Promise<object> {
  switch (route?.kind) {
    case 'datasets':
      return datasetsMethod(datasets, route.location, request, query);
    case 'dataset':
      return datasetMethod(datasets, route.dataset, request);
    case 'stores':
      return dicomStoresMethod(datasets, requireDataset(datasets, route.dataset), request, query);
    case 'store':
      return dicomStoreMethod(
        datasets,
        requireDataset(datasets, route.dataset),
        route.storeId,
        request,
        query,
      );
    case 'unsupported':
      throw unsupported(request);
    case undefined:
      throw new GoogleError(404, 'The requested URL was not found on this server.');
  }
}

async function dicomWeb(exchange: Exchange, segments: readonly string[]): Promise<void> {
  const { method } = exchange.request;
  const path = parseDicomWebPath(segments);
  if (path === undefined) throw new GoogleError(404, 'The requested URL was not found on this server.');
  if (method === 'POST' && path.kind === 'collection' && path.level === 'study') {
    return storeInstances(exchange, undefined);
  }
  if (method === 'POST' && path.kind === 'resource' && path.level === 'study') {
    return storeInstances(exchange, path.uids.study);
  }
  if (method !== 'GET') throw unsupported(exchange.request);
  switch (path.kind) {
    case 'collection':
      return search(exchange, path.level, path.uids);
    case 'resource':
      return retrieve(exchange, path.uids);
    case 'metadata':
      return retrieveMetadata(exchange, path.uids);
    case 'unsupported':
      throw unsupported(exchange.request);
  }
}
