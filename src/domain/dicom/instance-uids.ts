/**
 * What names a DICOM SOP instance: three UIDs, all of the data set.
 *
 * The SOP instance UID alone does not: one UID in two series is two instances
 * (GoogleCloudPlatform/healthcare-dicom-dicomweb-adapter#153).
 */
export interface InstanceUids {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
}

/** The path of an instance below a DICOMweb root: `studies/…/series/…/instances/…`. */
export function formatInstancePath(uids: InstanceUids): string {
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = uids;
  return `studies/${studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}`;
}

const INSTANCE_PATH = /\/studies\/([^/]+)\/series\/([^/]+)\/instances\/([^/?#]+)$/;

/** The instance that a retrieve URL names, or undefined when it names something else. */
export function parseInstanceUrl(url: string): InstanceUids | undefined {
  const [, study, series, instance] = INSTANCE_PATH.exec(url) ?? [];
  if (study === undefined || series === undefined || instance === undefined) return undefined;
  return { studyInstanceUid: study, seriesInstanceUid: series, sopInstanceUid: instance };
}

export function isSameInstance(a: InstanceUids, b: InstanceUids): boolean {
  return (
    a.studyInstanceUid === b.studyInstanceUid &&
    a.seriesInstanceUid === b.seriesInstanceUid &&
    a.sopInstanceUid === b.sopInstanceUid
  );
}
