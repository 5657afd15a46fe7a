import type { PubSub } from '@google-cloud/pubsub';
import type { Bucket } from '@google-cloud/storage';
import { setTimeout as sleep } from 'node:timers/promises';
import { rowsOf, valueOf, type DicomRow } from '../cloud/dicom-rows.ts';
import { makePubsubClient, makeStorageClient } from '../cloud/google-clients.ts';
import { makeHealthcareClient, type HealthcareClient } from '../cloud/healthcare-client.ts';
import { ResultReports } from './result-reports.ts';
import { makeSampleUpload, type SampleUpload } from './sample-upload.ts';
import type { SmokeOptions } from './smoke-options.ts';

/** Everything that the steps of one run work with. */
export interface SmokeWorld {
  readonly options: SmokeOptions;
  /** Names everything that the run makes: objects, commands, the subscription. */
  readonly id: string;
  readonly upload: SampleUpload;
  readonly pubsub: PubSub;
  readonly inbox: Bucket;
  readonly exports: Bucket;
  readonly healthcare: HealthcareClient;
  readonly reports: ResultReports;
  /** Ends every wait. */
  readonly interrupted: AbortSignal;
}

/** @param id letters, digits and hyphens. */
export function makeSmokeWorld(options: SmokeOptions, id: string, interrupted: AbortSignal): SmokeWorld {
  const { project, endpoints, inboxPrefix } = options;
  const storage = makeStorageClient(project, endpoints);
  const pubsub = makePubsubClient(project, endpoints);
  const upload = makeSampleUpload(id, `${inboxPrefix}${id}/`, options.imagesPerSeries);
  return {
    options,
    id,
    upload,
    pubsub,
    inbox: storage.bucket(options.inboxBucket),
    exports: storage.bucket(options.exportsBucket),
    healthcare: makeHealthcareClient(endpoints.healthcare),
    reports: new ResultReports(
      pubsub,
      id,
      ({ reportId, object }) =>
        reportId.endsWith(`:${id}`) || (object != null && upload.objects.has(object.name)),
    ),
    interrupted,
  };
}

/** Aborted when a step has waited for long enough, or when the run is to end. */
export function stepSignal({ options, interrupted }: SmokeWorld): AbortSignal {
  return AbortSignal.any([AbortSignal.timeout(options.timeoutMs), interrupted]);
}

/** The instances that the store's search lists for the study. */
export async function searchStudy({ healthcare, options, upload }: SmokeWorld): Promise<readonly DicomRow[]> {
  const query = `StudyInstanceUID=${upload.studyUid}&includefield=0020000D,0020000E`;
  const answer = await healthcare({
    method: 'GET',
    path: `${options.dicomStore}/dicomWeb/instances?${query}`,
    headers: { accept: 'application/dicom+json' },
  });
  return rowsOf(answer);
}

/** The bytes of an instance as the store keeps them. */
export async function retrieve({ healthcare, options }: SmokeWorld, row: DicomRow): Promise<Buffer> {
  const [study, series, instance] = ['0020000D', '0020000E', '00080018'].map((tag) => valueOf(row, tag));
  const { status, body } = await healthcare({
    method: 'GET',
    path: `${options.dicomStore}/dicomWeb/studies/${study}/series/${series}/instances/${instance}`,
    headers: { accept: 'application/dicom; transfer-syntax=*' },
  });
  if (status !== 200) throw new Error(`an instance was answered ${status}`);
  return body;
}

/** Asks again and again until the answer is what was waited for. @throws the reason of the signal. */
export async function askUntil(
  isSo: () => Promise<boolean>,
  signal: AbortSignal,
  pauseMs = 1000,
): Promise<void> {
  while (!(await isSo())) await sleep(pauseMs, undefined, { signal });
}
