import { fileURLToPath } from 'node:url';
import type { PeersAnswer, PeersQuestion, PeersReady } from '../peers/messages.ts';
import { startChild, type Child } from './start-child.ts';

/** Google Cloud's stand-ins of a benchmark, in a process of their own. */
export type Peers = Child<PeersReady, PeersQuestion, PeersAnswer>;

const SCRIPT = fileURLToPath(new URL('../peers/main.ts', import.meta.url));

export function startPeers(): Promise<Peers> {
  return startChild({ name: 'the peers', script: SCRIPT, environment: {} });
}
