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

/** Says that an instance was deleted by itself. */
export function instanceTombstoneName(uids: InstanceUids): string {
  return `${seriesTombstoneName(uids)}/${uids.sopInstanceUid}`;
}

/** The ledgers of the deletions that an instance may be part of: its study's, its series' and its own. */
export function deletionLedgerNames(uids: InstanceUids): readonly string[] {
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = uids;
  const series = `deletions/${studyInstanceUid}/${seriesInstanceUid}`;
  return [`deletions/${studyInstanceUid}.json`, `${series}.json`, `${series}/${sopInstanceUid}.json`];
}

/** What a command asks for, written when it is first accepted, and never changed. */
export function commandName(name: CommandName): string {
  return `commands/${folderOf(name)}/${name.id}.json`;
}

/** The final report of a command, made once. */
export function finalReportName(name: CommandName): string {
  return `reports/${folderOf(name)}/${name.id}.json`;
}

/** Delete and cleanup come by one topic and leave their reports in one place, so they share their ids too. */
function folderOf({ kind }: CommandName): 'exports' | 'deletions' {
  return kind === 'export' ? 'exports' : 'deletions';
}
