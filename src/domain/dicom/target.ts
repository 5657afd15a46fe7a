/**
 * What a command is about: a study, a series of it, or an instance of that.
 *
 * Always named from the study down, because neither a series nor a SOP instance UID is unique by itself
 * (GoogleCloudPlatform/healthcare-dicom-dicomweb-adapter#153).
 */
export interface Target {
  readonly studyInstanceUid: string;
  /** Null for a whole study. */
  readonly seriesInstanceUid: string | null;
  /** Null for a whole study or series. */
  readonly sopInstanceUid: string | null;
}

/** A target as messages and reports write it. */
export interface TargetFields {
  readonly study: string;
  readonly series?: string;
  readonly instance?: string;
}

export type TargetLevel = 'study' | 'series' | 'instance';

export function targetLevel(target: Target): TargetLevel {
  if (target.seriesInstanceUid === null) return 'study';
  return target.sopInstanceUid === null ? 'series' : 'instance';
}

/** The path of a target below a DICOMweb root, e.g. `studies/1.2/series/1.2.3`. */
export function formatTargetPath({ studyInstanceUid, seriesInstanceUid, sopInstanceUid }: Target): string {
  const study = `studies/${studyInstanceUid}`;
  if (seriesInstanceUid === null) return study;
  const series = `${study}/series/${seriesInstanceUid}`;
  return sopInstanceUid === null ? series : `${series}/instances/${sopInstanceUid}`;
}

/** `1.2`, `1.2/1.2.3` or `1.2/1.2.3/1.2.3.4`: the part of a document's name that a target decides. */
export function formatTarget({ studyInstanceUid, seriesInstanceUid, sopInstanceUid }: Target): string {
  return [studyInstanceUid, seriesInstanceUid, sopInstanceUid].filter((uid) => uid !== null).join('/');
}

/** The inverse of {@link formatTarget}; undefined for a text that it does not write. */
export function parseTarget(text: string): Target | undefined {
  const studyInstanceUid = text.replace(/\/.*$/s, '');
  const [, seriesInstanceUid = null, sopInstanceUid = null, ...rest] = text.split('/');
  const uids = [studyInstanceUid, seriesInstanceUid, sopInstanceUid];
  if (rest.length > 0 || uids.includes('')) return undefined;
  return { studyInstanceUid, seriesInstanceUid, sopInstanceUid };
}

export function toTarget({ study, series, instance }: TargetFields): Target {
  return {
    studyInstanceUid: study,
    seriesInstanceUid: series ?? null,
    sopInstanceUid: instance ?? null,
  };
}

export function formatTargetFields(target: Target): TargetFields {
  const { studyInstanceUid: study, seriesInstanceUid: series, sopInstanceUid: instance } = target;
  return {
    study,
    ...(series === null ? {} : { series }),
    ...(instance === null ? {} : { instance }),
  };
}

/** Whether everything of `part` is also of `whole`; a target contains itself. */
export function containsTarget(whole: Target, part: Target): boolean {
  if (whole.studyInstanceUid !== part.studyInstanceUid) return false;
  if (whole.seriesInstanceUid === null) return true;
  if (whole.seriesInstanceUid !== part.seriesInstanceUid) return false;
  return whole.sopInstanceUid === null || whole.sopInstanceUid === part.sopInstanceUid;
}

/** Whether an instance can belong to both. */
export function overlaps(a: Target, b: Target): boolean {
  return containsTarget(a, b) || containsTarget(b, a);
}
