import { formatTarget, type Target } from '../dicom/target.ts';

/** Names in the state and records buckets that belong to deletion. Ids and UIDs have no slash, so none leaves its place. */

/** The ledger entry of a target; ingest looks for those of a study and a series. */
export function ledgerName(target: Target): string {
  return `deletions/${formatTarget(target)}.json`;
}

/** Says that a target was deleted through the worker. */
export function tombstoneName(target: Target): string {
  return `tombstones/${formatTarget(target)}`;
}

/** Who may move deletions on at the moment, and which are under way. */
export const LEASE_NAME = 'deleting/lease.json';

/** The commands that are not finished. */
export const OPEN_COMMANDS = 'deleting/open/';

export function openCommandName(id: string): string {
  return `${OPEN_COMMANDS}${id}.json`;
}

/** The id of the command that an open marker stands for, or undefined when the name is none. */
export function openCommandId(name: string): string | undefined {
  return /^deleting\/open\/([^/]+)\.json$/.exec(name)?.[1];
}

/** What a command will delete: slices of JSON lines, and last a document that says that they are all there. */
export function planSliceName(id: string, slice: number): string {
  return `deleting/plans/${id}/${String(slice).padStart(6, '0')}.jsonl`;
}

/** Where the slice after this one begins. */
export function planCursorName(id: string, slice: number): string {
  return `deleting/plans/${id}/${String(slice).padStart(6, '0')}.json`;
}

export function planEndName(id: string): string {
  return `deleting/plans/${id}/end.json`;
}

/** Says that the queue of a command is complete. */
export function queuedName(id: string): string {
  return `deleting/plans/${id}/queued.json`;
}

/** What is still to be done for a command: a document for each target. */
export function queuePrefix(id: string): string {
  return `deleting/queue/${id}/`;
}

export function queueName(id: string, target: Target): string {
  return `${queuePrefix(id)}${formatTarget(target)}`;
}

/** What became of the targets of a command, until its final report is made. */
export function resultPrefix(id: string): string {
  return `deleting/results/${id}/`;
}

export function resultName(id: string, target: Target): string {
  return `${resultPrefix(id)}${formatTarget(target)}`;
}

/** In records: where auditors find the final report. @param acceptedAtMs milliseconds since the epoch. */
export function auditName(id: string, acceptedAtMs: number): string {
  return `audit/deletions/${new Date(acceptedAtMs).toISOString().slice(0, 10)}/${id}.json`;
}

/** In records: a hold on a study; what is below it holds series. */
export function holdName(studyInstanceUid: string): string {
  return `holds/${studyInstanceUid}`;
}
