import type { HealthcareAnswer } from '../cloud/healthcare-client.ts';
import type { VerifyWorld } from './verify-world.ts';

/** Stores a file in the temporary store, or in a study of it. */
export function storeFile(
  { healthcare, dicomStore }: VerifyWorld,
  body: Buffer,
  study?: string,
): Promise<HealthcareAnswer> {
  return healthcare({
    method: 'POST',
    path: `${dicomStore}/dicomWeb/studies${study === undefined ? '' : `/${study}`}`,
    headers: { 'content-type': 'application/dicom', accept: 'application/dicom+json' },
    body,
  });
}

/** Stores a file, for a check about something else. @throws Error when it was not stored. */
export async function storeFirst(world: VerifyWorld, body: Buffer): Promise<void> {
  const { status } = await storeFile(world, body);
  if (status !== 200) throw new Error(`an instance for it could not be stored: ${status}`);
}

export function search({ healthcare, dicomStore }: VerifyWorld, query: string): Promise<HealthcareAnswer> {
  const headers = { accept: 'application/dicom+json' };
  return healthcare({ method: 'GET', path: `${dicomStore}/dicomWeb/${query}`, headers });
}

/** The instance as it was stored, or a study or series as multipart. */
export function retrieve({ healthcare, dicomStore }: VerifyWorld, path: string): Promise<HealthcareAnswer> {
  const type = path.includes('/instances/')
    ? 'application/dicom'
    : 'multipart/related; type="application/dicom"';
  return healthcare({
    method: 'GET',
    path: `${dicomStore}/dicomWeb/${path}`,
    headers: { accept: `${type}; transfer-syntax=*` },
  });
}

export function remove({ healthcare, dicomStore }: VerifyWorld, path: string): Promise<HealthcareAnswer> {
  return healthcare({ method: 'DELETE', path: `${dicomStore}/dicomWeb/${path}` });
}

/** The text of FailureDetail in a store's answer; empty where there is none. */
export function failureDetailOf({ json }: HealthcareAnswer): string {
  type Item = Record<string, { Value?: unknown[] } | undefined>;
  const items = (json as Record<string, { Value?: Item[] } | undefined> | undefined)?.['00081198']?.Value;
  const detail = items?.[0]?.['00091097']?.Value?.[0];
  return typeof detail === 'string' ? detail : '';
}
