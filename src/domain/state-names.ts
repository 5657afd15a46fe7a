import type { CommandName } from './command/command-report.ts';
import type { InstanceUids } from './dicom/instance-uids.ts';

/**
 * Names in the state bucket, where the functions leave word for each other.
 *
 * UIDs are digits and periods (`isUid`), so they cannot leave their place in a name.
 */
type Series = Pick<InstanceUids, 'studyInstanceUid' | 'seriesInstanceUid'>;

/** Says that a study, or any series of it, was deleted through the worker; there for every such study. */
export function studyTombstoneName({ studyInstanceUid }: Pick<Series, 'studyInstanceUid'>): string {
  return `tombstones/${studyInstanceUid}`;
}

/** Says that a series was deleted through the worker. */
export function seriesTombstoneName({ studyInstanceUid, seriesInstanceUid }: Series): string {
  return `tombstones/${studyInstanceUid}/${seriesInstanceUid}`;
}

/**
 * Says that instances of the series were ingested on that day.
 *
 * One name a day, because the ingest function may create but not change: the youngest tells the series' age.
 *
 * @param day `YYYY-MM-DD`, in UTC.
 */
export function ingestMarkerName({ studyInstanceUid, seriesInstanceUid }: Series, day: string): string {
  return `ingested/${studyInstanceUid}/${seriesInstanceUid}/${day}`;
}

/** The ledgers of the deletions that an instance may be part of: its study's and its series'. */
export function deletionLedgerNames({ studyInstanceUid, seriesInstanceUid }: Series): readonly string[] {
  return [`deletions/${studyInstanceUid}.json`, `deletions/${studyInstanceUid}/${seriesInstanceUid}.json`];
}

/** What a command asks for, written when it is first accepted, and never changed. */
export function commandName({ kind, id }: CommandName): string {
  return `commands/${kind}/${id}.json`;
}

/** The final report of a command, made once. */
export function finalReportName({ kind, id }: CommandName): string {
  return `reports/${kind}/${id}.json`;
}
