import { readJson, sendJson, serve } from '../../emulator/src/http/server.ts';
import { TokenRegistry } from '../../emulator/src/http/tokens.ts';
import { startMetadataServer } from '../../emulator/src/metadata/metadata-server.ts';
import { answerParent } from '../child/answer-parent.ts';
import { Counters } from '../peers/counts.ts';
import { STATE } from '../peers/names.ts';
import { delayAnswer } from '../peers/peer.ts';
import type { ExportContext } from './export-context.ts';
import { makeMarkedSeries } from './marked-series.ts';
import type { ExportPeersAnswer, ExportPeersQuestion, ExportPeersReady } from './messages.ts';
import { RequestCounter } from './request-counts.ts';
import { ExportStorage } from './storage.ts';
import { ExportStore } from './store.ts';

// The peers of an export or a deletion, all in this one process. They do as little as can be done, so that what is measured is the function.

const context: ExportContext = { counters: new Counters(), requests: new RequestCounter(), latencyMs: 0 };
const contents = new ExportStore();
const buckets = new ExportStorage();
const slices: unknown[] = [];
let report: unknown;

const [storage, store, pubsub, metadata] = await Promise.all([
  serve(buckets.handler(context), 0),
  serve(contents.handler(context), 0),
  serve(async (request, response) => {
    const { messages = [] } = (await readJson(request)) as { messages?: { data: string }[] };
    await delayAnswer(context);
    for (const { data } of messages) {
      const message = JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as { action?: string };
      if (message.action === 'export-slice') slices.push(message);
      else report = message;
    }
    context.requests.count(request.url?.includes('/topics/export:') ? 'publish slices' : 'publish report');
    sendJson(response, 200, { messageIds: messages.map((_, index) => String(index + 1)) });
  }, 0),
  startMetadataServer({
    port: 0,
    tokens: new TokenRegistry(),
    project: 'bench',
    account: 'bench@bench.invalid',
  }),
]);
const ready: ExportPeersReady = {
  storageUrl: storage.url,
  storeUrl: store.url,
  pubsubHost: `127.0.0.1:${pubsub.port}`,
  metadataHost: `127.0.0.1:${metadata.port}`,
};
answerParent(ready, (question): ExportPeersAnswer => {
  fill(question as ExportPeersQuestion);
  const { user, system } = process.cpuUsage();
  return {
    targets: contents.studies.map((study) => ({ study })),
    slices: slices.splice(0),
    report,
    objects: buckets.objects.size,
    counts: context.requests.read(),
    unknown: context.counters.read().unknown,
    cpuMs: (user + system) / 1000,
  };
});

function fill({ instances, sizeBytes, latencyMs, markedSeries, dueEvery }: ExportPeersQuestion): void {
  const isOfInstances = instances !== undefined && sizeBytes !== undefined;
  const isOfMarkers = markedSeries !== undefined && dueEvery !== undefined;
  if (!isOfInstances && !isOfMarkers) return;
  buckets.forget();
  report = undefined;
  context.latencyMs = latencyMs ?? 0;
  if (isOfInstances) contents.fill(instances, sizeBytes);
  if (isOfMarkers) {
    const today = new Date(Date.now()).toISOString().slice(0, 10);
    const { entries, markers } = makeMarkedSeries({ markedSeries, dueEvery }, today);
    contents.list(entries);
    buckets.documents.get(STATE)?.fill(markers);
  }
  context.requests.forget();
}
