import { readJson, sendJson, serve } from '../../emulator/src/http/server.ts';
import { TokenRegistry } from '../../emulator/src/http/tokens.ts';
import { startMetadataServer } from '../../emulator/src/metadata/metadata-server.ts';
import { answerParent } from '../child/answer-parent.ts';
import { Counters } from '../peers/counts.ts';
import { delayAnswer, type PeerContext } from '../peers/peer.ts';
import type { ExportPeersAnswer, ExportPeersReady, StoreContents } from './messages.ts';
import { ExportStorage } from './storage.ts';
import { ExportStore } from './store.ts';

// The peers of an export, all in this one process. They do as little as can be done, so that what is measured is the function.

const context: PeerContext = { counters: new Counters(), latencyMs: 0 };
const contents = new ExportStore();
const buckets = new ExportStorage();
const slices: unknown[] = [];

const [storage, store, pubsub, metadata] = await Promise.all([
  serve(buckets.handler(context), 0),
  serve(contents.handler(context), 0),
  serve(async (request, response) => {
    const { messages = [] } = (await readJson(request)) as { messages?: { data: string }[] };
    await delayAnswer(context);
    for (const { data } of messages) {
      const message = JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as { action?: string };
      if (message.action === 'export-slice') slices.push(message);
    }
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
  const wanted = question as Partial<StoreContents>;
  if (wanted.instances !== undefined && wanted.sizeBytes !== undefined) {
    contents.fill(wanted.instances, wanted.sizeBytes);
    buckets.forget();
    context.latencyMs = wanted.latencyMs ?? 0;
  }
  return {
    targets: contents.studies.map((study) => ({ study })),
    slices: slices.splice(0),
    objects: buckets.objects.size,
    unknown: context.counters.read().unknown,
  };
});
