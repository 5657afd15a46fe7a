import { serve } from '../../emulator/src/http/server.ts';
import { TokenRegistry } from '../../emulator/src/http/tokens.ts';
import { startMetadataServer } from '../../emulator/src/metadata/metadata-server.ts';
import { answerParent } from '../child/answer-parent.ts';
import { Counters } from './counts.ts';
import type { PeersAnswer, PeersQuestion, PeersReady } from './messages.ts';
import type { PeerContext } from './peer.ts';
import { makePubsub } from './pubsub.ts';
import { makeStorage } from './storage.ts';
import { makeStore } from './store.ts';
import { StoreQuota } from './store-quota.ts';

// The peers of the function under test, all in this one process: Cloud Storage, the DICOM store, Pub/Sub and the
// metadata server. They do as little as can be done, so that what is measured is the function.

const context: PeerContext = { counters: new Counters(), latencyMs: 0 };
const [storage, store, pubsub, metadata] = await Promise.all([
  serve(makeStorage(context), 0),
  serve(makeStore(context), 0),
  serve(makePubsub(context), 0),
  startMetadataServer({
    port: 0,
    tokens: new TokenRegistry(),
    project: 'bench',
    account: 'bench@bench.invalid',
  }),
]);
const ready: PeersReady = {
  storageUrl: storage.url,
  storeUrl: store.url,
  pubsubHost: `127.0.0.1:${pubsub.port}`,
  metadataHost: `127.0.0.1:${metadata.port}`,
};
answerParent(ready, (question): PeersAnswer => {
  const { latencyMs, quota } = question as PeersQuestion;
  if (latencyMs !== undefined) context.latencyMs = latencyMs;
  if (quota === null) delete context.quota;
  else if (quota !== undefined) context.quota = new StoreQuota(quota);
  const { user, system } = process.cpuUsage();
  return {
    counts: context.counters.read(),
    cpuMs: (user + system) / 1000,
    ...(context.quota === undefined ? {} : { quotaUse: context.quota.read() }),
  };
});
