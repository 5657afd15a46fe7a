import { afterAll, beforeAll, describe } from '@jest/globals';
import { PubSub } from '@google-cloud/pubsub';
import { startPubsub } from '../../../emulator/src/pubsub/pubsub.ts';
import { RestClient } from '../../../emulator/test/pubsub/rest-client.ts';
import { describeWith, pubsubEmulator } from '../../support/peers.ts';
import { startPubsubEmulator } from '../../support/pubsub-emulator.ts';
import { knownDifferences } from './differences.ts';
import { pullContract } from './pull.ts';
import { pushContract } from './push.ts';
import { resourcesContract } from './resources.ts';
import type { Peer, Side } from './side.ts';

interface Running {
  readonly url: string;
  close(): Promise<void>;
}

function contract(side: Side, start: () => Promise<Running>): void {
  let running: Running;
  let peer: Peer;

  beforeAll(async () => {
    running = await start();
    const { url } = running;
    const client = new PubSub({ projectId: 'p', apiEndpoint: url });
    peer = { side, url, client, rest: new RestClient(url) };
  }, 60_000);
  afterAll(async () => {
    await peer.client.close();
    await running.close();
  });

  describe('resources', () => resourcesContract(() => peer));
  describe('pull', () => pullContract(() => peer));
  describe('push', () => pushContract(() => peer));
  describe('where the two are known to differ', () => knownDifferences(() => peer, side));
}

describe('Pub/Sub, by the stand-in', () => contract('stand-in', () => startPubsub({ port: 0 })));

describeWith(pubsubEmulator, "Pub/Sub, by Google's own emulator", (found) =>
  contract('Google', () => startPubsubEmulator(found)),
);
