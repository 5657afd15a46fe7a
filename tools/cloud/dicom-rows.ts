import type { HealthcareAnswer } from './healthcare-client.ts';

type Attribute = { readonly Value?: readonly unknown[] } | undefined;

/** One row of a search, as DICOM JSON. */
export type DicomRow = Readonly<Record<string, Attribute>>;

/**
 * The rows that a search was answered with; 204 stands for none.
 *
 * @throws Error for any other status, and for what is no list.
 */
export function rowsOf({ status, json }: HealthcareAnswer): readonly DicomRow[] {
  if (status === 204) return [];
  if (status !== 200 || !Array.isArray(json)) throw new Error(`a search was answered ${status}`);
  return json as DicomRow[];
}

/** The first value of an attribute, as text; empty where there is none. */
export function valueOf(row: DicomRow, tag: string): string {
  const value = row[tag]?.Value?.[0];
  return typeof value === 'string' ? value : '';
}
