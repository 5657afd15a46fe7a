import { GoogleError } from '../http/google-error.ts';
import { sendJson, serve, type Handler, type RunningServer } from '../http/server.ts';
import type { Iam } from '../iam/iam.ts';
import type { TokenRegistry } from '../http/tokens.ts';
import { systemClock, type Clock } from '../clock.ts';
import { datasetMethod, datasetsMethod, requireDataset } from './admin/datasets.ts';
import { dicomStoreMethod, dicomStoresMethod, requireStore } from './admin/dicom-stores.ts';
import { operationMethod, operationsMethod } from './admin/operations.ts';
import { unsupported } from './admin/unsupported.ts';
import { controlRoutes } from './control.ts';
import { Deletions } from './deletion/deletions.ts';
import { deleteResource } from './dicomweb/delete.ts';
import { sendDicomWebError } from './dicomweb/errors.ts';
import type { Exchange } from './dicomweb/exchange.ts';
import { retrieveMetadata } from './dicomweb/metadata.ts';
import { parseDicomWebPath } from './dicomweb/paths.ts';
import { retrieve } from './dicomweb/retrieve.ts';
import { search } from './dicomweb/search.ts';
import { storeInstances } from './dicomweb/store.ts';
import { checkRight } from './rights.ts';
import { parseRoute, type Route } from './routes.ts';
import { Datasets } from './storage/datasets.ts';
import { SwitchBoard } from './switch-board.ts';
import type { HealthcareSwitches } from './switches.ts';

export interface HealthcareOptions {
  /** 0 picks a free one. */
  readonly port: number;
  /** Where datasets, stores and instances are kept; they are there again at the next start. */
  readonly dataDir: string;
  /** Who may call: every request needs a bearer token of this registry. */
  readonly tokens: TokenRegistry;
  /** Who may do what. @default everybody everything */
  readonly iam?: Iam;
  /** Where they differ from the defaults at the start; `/_control/switches` changes them later. */
  readonly switches?: Partial<HealthcareSwitches>;
  readonly clock?: Clock;
}

/** A running stand-in. Closing it ends open requests, and waits until none of them touches the disk any more. */
export type HealthcareStandIn = RunningServer;

/**
 * Starts a stand-in for the DICOM part of the Cloud Healthcare API, v1.
 *
 * What it does and what it leaves out is said in emulator/docs/healthcare.md.
 */
export async function startHealthcare(options: HealthcareOptions): Promise<HealthcareStandIn> {
  const { tokens, iam, clock = systemClock } = options;
  const board = new SwitchBoard(options.switches);
  const datasets = await Datasets.open(options.dataDir);
  const deletions = new Deletions(board, clock);
  await deletions.resume(datasets);
  const running = new Set<Promise<void>>();
  const handler: Handler = (request, response) => {
    const call = { request, response, switches: board.current, nowMs: clock.now() };
    const handled = handle({ tokens, iam, datasets, deletions }, call);
    const settled = handled
      .then(
        () => undefined,
        () => undefined, // The server answers it; here only its end matters.
      )
      .finally(() => running.delete(settled));
    running.add(settled);
    return handled;
  };
  const server = await serve(handler, options.port, controlRoutes(board, deletions));
  return {
    ...server,
    close: async () => {
      await server.close();
      await Promise.all(running);
      await deletions.suspend();
    },
  };
}

/** What all requests share. */
interface Service {
  readonly tokens: TokenRegistry;
  readonly iam: Iam | undefined;
  readonly datasets: Datasets;
  readonly deletions: Deletions;
}

type Call = Pick<Exchange, 'request' | 'response' | 'switches' | 'nowMs'>;

async function handle(service: Service, call: Call): Promise<void> {
  const { tokens, iam, datasets, deletions } = service;
  const { request, response, switches } = call;
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`);
  const route = parseRoute(url.pathname);
  const { method = '' } = request;
  if (route?.kind === 'dicomWeb') {
    try {
      checkRight(iam, tokens.authenticate(request), method, route);
      const { segments, storeId } = route;
      const dataset = requireDataset(datasets, route.dataset);
      const store = requireStore(dataset, storeId, switches.missingStoreStatus).instances;
      const baseUrl = `${url.origin}/v1/${route.dataset}/dicomStores/${storeId}/dicomWeb`;
      const query = url.searchParams;
      await dicomWeb({ ...call, query, dataset, storeId, store, deletions, baseUrl }, segments);
    } catch (error) {
      sendDicomWebError(response, error, switches);
    }
    return;
  }
  const isKnown = checkRight(iam, tokens.authenticate(request), method, route);
  if (!isKnown && route !== undefined) throw unsupported(request);
  sendJson(response, 200, await administer(service, call, route, url.searchParams));
}

async function administer(
  { datasets, deletions }: Service,
  { request, switches, nowMs }: Call,
  route: Exclude<Route, { kind: 'dicomWeb' }> | undefined,
  query: URLSearchParams,
): Promise<object> {
  switch (route?.kind) {
    case 'datasets':
      return datasetsMethod(datasets, route.location, request, query, nowMs);
    case 'dataset':
      return datasetMethod(datasets, deletions, route.dataset, request);
    case 'stores':
      return dicomStoresMethod(datasets, requireDataset(datasets, route.dataset), request, query);
    case 'store':
      return dicomStoreMethod(
        datasets,
        deletions,
        requireDataset(datasets, route.dataset),
        route.storeId,
        request,
        query,
      );
    case 'operations':
    case 'operation': {
      const dataset = requireDataset(datasets, route.dataset);
      const context = { dataset, deletions, switches, nowMs };
      return route.kind === 'operations'
        ? operationsMethod(context, request, query)
        : operationMethod(context, route.id, route.verb, request);
    }
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
  if (method === 'DELETE' && path.kind === 'resource') return deleteResource(exchange, path.uids);
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
