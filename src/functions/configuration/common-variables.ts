import * as v from 'valibot';
import { duration, isUrl, optionalText, required, requestsPerSecond, url } from './fields.ts';

/** What every function needs to know. */
export type CommonConfiguration = v.InferOutput<v.ObjectSchema<typeof commonVariables, undefined>>;

const STORE_NAME = /^projects\/[^/]+\/locations\/[^/]+\/datasets\/[^/]+\/dicomStores\/[^/]+$/;

/** Variables that all functions have. The table in the README describes each. */
export const commonVariables = {
  PROJECT_ID: required,
  DICOM_STORE: v.pipe(
    required,
    v.check(
      (value) => isHealthcareStore(value) || isUrl(value),
      'has to be projects/…/locations/…/datasets/…/dicomStores/… or the root URL of a DICOMweb server',
    ),
  ),
  DICOM_STORE_AUTHORIZATION: optionalText,
  STATE_BUCKET: required,
  RESULTS_TOPIC: required,
  MAX_STORE_REQUESTS_PER_SECOND: requestsPerSecond,
  RETRY_BUDGET: duration('30s'),
  IDLE_TIMEOUT: duration('60s'),
  ANSWER_TIMEOUT: duration('300s'),
  FUNCTION_TIMEOUT: duration('540s'),
  ACK_DEADLINE: duration('600s'),
  HEALTHCARE_ENDPOINT: v.optional(url(), 'https://healthcare.googleapis.com'),
  /** Set by Cloud Run in every service. */
  K_SERVICE: optionalText,
  GCE_METADATA_HOST: optionalText,
  GOOGLE_APPLICATION_CREDENTIALS: optionalText,
  STORAGE_EMULATOR_HOST: v.optional(url('http://127.0.0.1:4443')),
  PUBSUB_EMULATOR_HOST: optionalText,
};

/** Whether the store is the Cloud Healthcare API's, rather than another DICOMweb server. */
export function isHealthcareStore(dicomStore: string): boolean {
  return STORE_NAME.test(dicomStore);
}
