import type { PeerContext } from '../peers/peer.ts';
import type { RequestCounter } from './request-counts.ts';

/** What the peers of an export or a deletion have in common. */
export interface ExportContext extends PeerContext {
  readonly requests: RequestCounter;
}
