/** The bucket of synthetic objects. */
export const INBOX = 'inbox';

/** The bucket of the worker's own records. */
export const STATE = 'state';

/** The bucket of the records for auditors, and of holds. */
export const RECORDS = 'records';

/** The resource name of the one DICOM store. */
export const DICOM_STORE = 'projects/bench/locations/local/datasets/bench/dicomStores/bench';

/** The name under which the inbox has the object with this number and size. */
export function nameObject(number: number, sizeBytes: number): string {
  return `bench/${sizeBytes}/${number}.dcm`;
}

/** What {@link nameObject} has named, or undefined for another name. */
export function parseObjectName(name: string): { number: number; sizeBytes: number } | undefined {
  const [, size, number] = /^bench\/(\d+)\/(\d+)\.dcm$/.exec(name) ?? [];
  return size === undefined ? undefined : { number: Number(number), sizeBytes: Number(size) };
}
