import { NotDicomError, readHeader, uidOf, type Header } from '../dicom/part10.ts';
import type { Triple } from '../storage/instance-record.ts';
import type { HealthcareSwitches } from '../switches.ts';

/** What is known of a body before it is offered to the store. UIDs that it does not have are empty. */
export type Examined = {
  readonly uids: Triple;
  readonly sopClassUid: string;
} & (
  | { readonly isUsable: true; readonly header: Header }
  | { readonly isUsable: false; readonly problem: string }
);

/** Looks for what the store needs to know: whether it is DICOM, and its UIDs. Nothing else is validated. */
export async function examine(path: string, switches: HealthcareSwitches): Promise<Examined> {
  let header: Header;
  try {
    header = await readHeader(path);
  } catch (error) {
    if (!(error instanceof NotDicomError)) throw error;
    const uids = { study: '', series: '', instance: '' };
    return { uids, sopClassUid: '', isUsable: false, problem: error.message };
  }
  const uids = {
    study: uidOf(header, '0020000D'),
    series: uidOf(header, '0020000E'),
    instance: uidOf(header, '00080018'),
  };
  const sopClassUid = uidOf(header, '00080016');
  const problems = [
    ...uidProblem('StudyInstanceUID', uids.study, switches),
    ...uidProblem('SeriesInstanceUID', uids.series, switches),
    ...uidProblem('SOPInstanceUID', uids.instance, switches),
    ...(switches.sopClassUid === 'required' ? uidProblem('SOPClassUID', sopClassUid, switches) : []),
  ];
  if (problems.length === 0) return { uids, sopClassUid, isUsable: true, header };
  if (header.problem !== undefined) problems.push(header.problem);
  return { uids, sopClassUid, isUsable: false, problem: problems.join('; ') };
}

function uidProblem(name: string, uid: string, { uidGrammar }: HealthcareSwitches): string[] {
  if (uid === '') return [`${name} is missing`];
  if (uid.length > 64) return [`${name} is longer than 64 characters`];
  if (uidGrammar === 'strict' && !/^[0-9.]+$/.test(uid)) return [`${name} is not a valid UID`];
  // A value with other characters could be in no path, so it could never be retrieved.
  return /^[\x21-\x2e\x30-\x7e]+$/.test(uid) ? [] : [`${name} has characters that no UID can have`];
}
