import * as v from 'valibot';
import type { FoundAttributes } from '../ports/dicom-search.ts';
import { noList } from './json-answer.ts';

const TAG = /^[0-9A-Fa-f]{8}$/;

/** A data set in the DICOM JSON model (PS3.18 annex F), as far as values are read from it. */
export const dicomJsonRow = v.pipe(
  noList,
  v.record(v.pipe(v.string(), v.regex(TAG)), v.object({ Value: v.optional(v.array(v.unknown())) })),
);

type DicomJsonRow = v.InferOutput<typeof dicomJsonRow>;

/** The values as text. What has none, and what is no text, as a sequence, is left out. */
export function textsOf(row: DicomJsonRow): FoundAttributes {
  const texts: Record<string, readonly string[]> = {};
  for (const [tag, { Value = [] }] of Object.entries(row)) {
    const values = Value.map(textOf).filter((text) => text !== undefined && text !== '');
    if (values.length > 0) texts[tag.toUpperCase()] = values as string[];
  }
  return texts;
}

const personName = v.object({ Alphabetic: v.string() });

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  // Some servers write decimal strings as numbers, and some the other way round; both are allowed.
  if (typeof value === 'number') return String(value);
  const name = v.safeParse(personName, value);
  return name.success ? name.output.Alphabetic : undefined;
}
