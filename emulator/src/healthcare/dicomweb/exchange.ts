import type { IncomingMessage, ServerResponse } from 'node:http';
import { GoogleError } from '../../http/google-error.ts';
import type { Deletions } from '../deletion/deletions.ts';
import type { DatasetEntry } from '../storage/datasets.ts';
import type { DicomStore } from '../storage/dicom-store.ts';
import type { Triple } from '../storage/instance-record.ts';
import type { HealthcareSwitches } from '../switches.ts';

/** One request to a DICOM store, and what its handler needs to answer it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly dataset: DatasetEntry;
  readonly storeId: string;
  readonly store: DicomStore;
  readonly deletions: Deletions;
  /** Where the store answers, e.g. `http://127.0.0.1:8070/v1/projects/…/dicomStores/s/dicomWeb`. */
  readonly baseUrl: string;
  readonly switches: HealthcareSwitches;
  /** When it began, in milliseconds since 1970. */
  readonly nowMs: number;
}

/** A study, one of its series or one of that series' instances. */
export type ResourceUids = Pick<Triple, 'study'> & Partial<Pick<Triple, 'series' | 'instance'>>;

export function urlOf(baseUrl: string, { study, series, instance }: ResourceUids): string {
  let url = `${baseUrl}/studies/${encodeURIComponent(study)}`;
  if (series !== undefined) url += `/series/${encodeURIComponent(series)}`;
  if (instance !== undefined) url += `/instances/${encodeURIComponent(instance)}`;
  return url;
}

/** The error for a study, series or instance that the store does not have. */
export function missingResource({ study, series, instance }: ResourceUids, status: 403 | 404): GoogleError {
  const level = instance !== undefined ? 'instance' : series !== undefined ? 'series' : 'study';
  return new GoogleError(status, `DICOM ${level} does not exist: ${instance ?? series ?? study}`);
}
