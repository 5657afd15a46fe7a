import { fileURLToPath } from 'node:url';
import { startChild, type Child } from '../child/start-child.ts';
import type { ExportPeersAnswer, ExportPeersQuestion, ExportPeersReady } from './messages.ts';

/** Google Cloud's stand-ins of an export or a deletion, in a process of their own. */
export type ExportPeers = Child<ExportPeersReady, ExportPeersQuestion, ExportPeersAnswer>;

const SCRIPT = fileURLToPath(new URL('./peers.ts', import.meta.url));

export function startExportPeers(): Promise<ExportPeers> {
  return startChild({ name: 'the peers', script: SCRIPT, environment: {} });
}
