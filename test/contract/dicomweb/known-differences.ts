import { request } from 'undici';
import { makeDicom, TRANSFER_SYNTAX, tripleOf, uid } from '../../support/synthetic-dicom.ts';
import {
  get,
  partsOf,
  post,
  rowsOf,
  sopInstanceUidsIn,
  store,
  STORED_BYTES,
  toMultipart,
  valueOf,
  type Answer,
} from './client.ts';
import type { Target } from './targets.ts';

/** Something that the Cloud Healthcare API, and so the stand-in, does otherwise than Orthanc. */
export interface KnownDifference {
  readonly title: string;
  /** Does it, in a store that others use too, and says what came of it. */
  readonly probe: (target: Target) => Promise<unknown>;
  readonly standIn: unknown;
  readonly orthanc: unknown;
}

const MULTIPART = 'multipart/related; type="application/dicom"; boundary=b';
const GARBAGE = Buffer.from('this is no DICOM file');
const SINGLE_PART = 'application/dicom; transfer-syntax=*';

const pathOf = (seed: string) => {
  const { study, series, instance } = tripleOf({ seed });
  return `/studies/${study}/series/${series}/instances/${instance}`;
};
const counts = (answer: Answer) => ({
  status: answer.status,
  stored: sopInstanceUidsIn(answer, '00081199').length,
  failed: sopInstanceUidsIn(answer, '00081198').length,
});
/** The number of studies that a search finds among those of one seed. */
const found = async (target: Target, seed: string, query: string) => {
  const rows = rowsOf(await get(target, `/studies?StudyInstanceUID=${tripleOf({ seed }).study}&${query}`));
  return rows.length;
};

const STORING: readonly KnownDifference[] = [
  {
    title: 'storing a single part of application/dicom',
    probe: async (target) =>
      (await post(target, '/studies', 'application/dicom', makeDicom({ seed: 'single part' }))).status,
    standIn: 200,
    orthanc: 415,
  },
  {
    title: 'storing other bytes under an identity that is taken',
    probe: async (target) => {
      await store(target, [makeDicom({ seed: 'taken' })]);
      return counts(await store(target, [makeDicom({ seed: 'taken', patientName: 'Other' })]));
    },
    standIn: { status: 409, stored: 0, failed: 1 },
    orthanc: { status: 200, stored: 1, failed: 0 },
  },
  {
    title: 'storing what is not DICOM',
    probe: async (target) => counts(await store(target, [GARBAGE])),
    standIn: { status: 409, stored: 0, failed: 1 },
    orthanc: { status: 400, stored: 0, failed: 0 },
  },
  {
    title: 'storing an instance together with what is not DICOM',
    probe: async (target) => counts(await store(target, [makeDicom({ seed: 'partial' }), GARBAGE])),
    standIn: { status: 409, stored: 1, failed: 1 },
    orthanc: { status: 400, stored: 1, failed: 0 },
  },
  {
    title: 'storing an instance without Study Instance UID',
    probe: async (target) =>
      counts(await store(target, [makeDicom({ seed: 'no study', omit: ['0020000D'] })])),
    standIn: { status: 409, stored: 0, failed: 1 },
    orthanc: { status: 400, stored: 0, failed: 1 },
  },
  {
    title: 'storing a multipart body without its closing boundary',
    probe: async (target) => {
      const body = toMultipart('b', [makeDicom({ seed: 'unclosed' })]).subarray(0, -9);
      const { status } = await post(target, '/studies', MULTIPART, body);
      return { status, isThere: (await get(target, pathOf('unclosed'), STORED_BYTES)).status };
    },
    standIn: { status: 400, isThere: 404 },
    orthanc: { status: 200, isThere: 404 },
  },
  {
    title: 'storing no parts at all',
    probe: async (target) => (await post(target, '/studies', MULTIPART, Buffer.from('--b--\r\n'))).status,
    standIn: 400,
    orthanc: 200,
  },
  {
    title: 'storing a multipart body whose boundary is not given',
    probe: async (target) => {
      const body = toMultipart('b', [makeDicom({ seed: 'no boundary' })]);
      return (await post(target, '/studies', 'multipart/related; type="application/dicom"', body)).status;
    },
    standIn: 400,
    orthanc: 415,
  },
  {
    title: 'storing another media type',
    probe: async (target) => (await post(target, '/studies', 'text/plain', GARBAGE)).status,
    standIn: 400,
    orthanc: 415,
  },
  {
    title: 'asking for an answer that cannot be given',
    probe: async (target) => {
      const body = toMultipart('b', [makeDicom({ seed: 'unacceptable' })]);
      return (await post(target, '/studies', MULTIPART, body, 'text/html')).status;
    },
    standIn: 406,
    orthanc: 200,
  },
  {
    title: 'leaving the form of the store answer open',
    probe: async (target) => {
      const body = toMultipart('b', [makeDicom({ seed: 'open' })]);
      const { contentType } = await post(target, '/studies', MULTIPART, body, '*/*');
      return contentType.split(';')[0];
    },
    standIn: 'application/dicom+xml',
    orthanc: 'application/dicom+json',
  },
];

const READING: readonly KnownDifference[] = [
  {
    title: 'retrieving an instance as a single part',
    probe: async (target) => {
      const file = makeDicom({ seed: 'alone' });
      await store(target, [file]);
      const { status, body } = await get(target, pathOf('alone'), SINGLE_PART);
      return { status, isSame: body.equals(file) };
    },
    standIn: { status: 200, isSame: true },
    orthanc: { status: 400, isSame: false },
  },
  {
    title: 'retrieving a study as a single part',
    probe: async (target) => {
      await store(target, [makeDicom({ seed: 'alone' })]);
      return (await get(target, `/studies/${tripleOf({ seed: 'alone' }).study}`, SINGLE_PART)).status;
    },
    standIn: 406,
    orthanc: 400,
  },
  {
    title: 'retrieving in a transfer syntax that does not exist',
    probe: async (target) => {
      await store(target, [makeDicom({ seed: 'alone' })]);
      const accept = 'multipart/related; type="application/dicom"; transfer-syntax=1.2.3';
      return (await get(target, pathOf('alone'), accept)).status;
    },
    standIn: 406,
    orthanc: 400,
  },
  {
    title: 'retrieving without saying that the stored bytes will do',
    probe: async (target) => {
      const transferSyntax = TRANSFER_SYNTAX.implicitLittleEndian;
      const file = makeDicom({ seed: 'implicit', transferSyntax });
      await store(target, [file]);
      const answer = await get(target, pathOf('implicit'));
      return { status: answer.status, isSame: answer.status === 200 && partsOf(answer)[0]?.equals(file) };
    },
    // Orthanc transcodes, as Google does; the stand-in cannot, and says so.
    standIn: { status: 400, isSame: false },
    orthanc: { status: 200, isSame: false },
  },
  {
    title: 'searching for what is not there',
    probe: async (target) => (await get(target, `/studies?StudyInstanceUID=${uid('nowhere')}`)).status,
    standIn: 204,
    orthanc: 200,
  },
  {
    title: 'searching by an attribute that is not indexed',
    probe: async (target) => (await get(target, '/studies?PatientWeight=70')).status,
    standIn: 400,
    orthanc: 200,
  },
  {
    title: 'searching with a limit of nothing',
    probe: async (target) => (await get(target, '/studies?limit=0')).status,
    standIn: 400,
    orthanc: 200,
  },
  {
    title: 'the study of an instance that was found, without asking for it',
    probe: async (target) => {
      await store(target, [makeDicom({ seed: 'defaults' })]);
      const [row = {}] = rowsOf(
        await get(target, `/instances?SOPInstanceUID=${tripleOf({ seed: 'defaults' }).instance}`),
      );
      return valueOf(row, '0020000D') !== undefined;
    },
    standIn: false,
    orthanc: true,
  },
  {
    title: 'searching by a percent-encoded caret',
    probe: async (target) => {
      await store(target, [makeDicom({ seed: 'caret', patientName: 'Caret^Cara' })]);
      return found(target, 'caret', 'PatientName=Caret%5ECara');
    },
    standIn: 1,
    orthanc: 0,
  },
  {
    title: 'searching by the beginning of a name with fuzzymatching',
    probe: async (target) => {
      await store(target, [makeDicom({ seed: 'fuzzy', patientName: 'Fuzzy^Fiona' })]);
      return found(target, 'fuzzy', 'PatientName=fio&fuzzymatching=true');
    },
    standIn: 1,
    orthanc: 0,
  },
  {
    title: 'searching with a wildcard',
    probe: async (target) => {
      await store(target, [makeDicom({ seed: 'wild', patientName: 'Wild^Wilma' })]);
      return found(target, 'wild', 'PatientName=Wild*');
    },
    standIn: 0,
    orthanc: 1,
  },
  {
    title: 'calling without a token',
    probe: async (target) => {
      const { statusCode, body } = await request(`${target.dicomWebUrl}/studies`);
      await body.dump();
      return statusCode;
    },
    standIn: 401,
    orthanc: 200,
  },
];

const DELETING: readonly KnownDifference[] = [
  {
    title: 'deleting a series',
    probe: async (target) => {
      await store(target, [makeDicom({ seed: 'deleted' })]);
      const { study, series } = tripleOf({ seed: 'deleted' });
      const url = `${target.dicomWebUrl}/studies/${study}/series/${series}`;
      const { statusCode, body } = await request(url, { method: 'DELETE', headers: target.headers });
      await body.dump();
      return statusCode;
    },
    standIn: 200,
    orthanc: 405,
  },
];

/** All of them. Whatever the other suites of this directory assert is alike on both. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [...STORING, ...READING, ...DELETING];
