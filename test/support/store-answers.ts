import { answer, type Reaction } from './http-peer.ts';
import type { Triple } from './local-project.ts';

const DICOM_JSON = { 'content-type': 'application/dicom+json' };
const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';

/** The answer of a store that has stored the instance (PS3.18, "Store Instances Response Module"). */
export function stored({ study, series, instance }: Triple): Reaction {
  const url = `https://store.invalid/dicomWeb/studies/${study}`;
  const item = {
    '00081150': { vr: 'UI', Value: [SECONDARY_CAPTURE] },
    '00081155': { vr: 'UI', Value: [instance] },
    '00081190': { vr: 'UR', Value: [`${url}/series/${series}/instances/${instance}`] },
  };
  return answer(
    200,
    DICOM_JSON,
    JSON.stringify({ '00081190': { vr: 'UR', Value: [url] }, '00081199': { vr: 'SQ', Value: [item] } }),
  );
}

/** The answer of Google's store that has not stored the instance, with the reason in its private element. */
export function refused({ instance }: Triple, detail: string, status = 409): Reaction {
  const item = {
    '00081150': { vr: 'UI', Value: [SECONDARY_CAPTURE] },
    '00081155': { vr: 'UI', Value: [instance] },
    '00081197': { vr: 'US', Value: [272] },
    '00090010': { vr: 'LO', Value: ['GOOGLE'] },
    '00091097': { vr: 'LO', Value: [detail] },
  };
  return answer(status, DICOM_JSON, JSON.stringify({ '00081198': { vr: 'SQ', Value: [item] } }));
}

/** A success that names no instance. */
export const storedNothing: Reaction = answer(200, DICOM_JSON, '{}');
