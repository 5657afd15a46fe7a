import * as v from 'valibot';
import type { FoundAttributes, Tag } from '../ports/dicom-search.ts';

const TAG = /^[0-9A-Fa-f]{8}$/;

type DicomJsonRow = Readonly<Record<string, { readonly Value?: readonly unknown[] }>>;

/**
 * Many data sets in the DICOM JSON model (PS3.18 annex F), as the values of the wanted attributes in text.
 *
 * A page of them has ten thousands of attributes, most of which nobody asked for: they are looked at, not copied.
 */
export function dicomJsonRows(
  wanted: ReadonlySet<Tag>,
): v.GenericSchema<unknown, readonly FoundAttributes[]> {
  return v.array(
    v.pipe(
      v.custom<DicomJsonRow>(isRow),
      v.transform((row) => textsOf(row, wanted)),
    ),
  );
}

function isRow(row: unknown): boolean {
  if (!isObject(row)) return false;
  for (const tag in row) {
    const attribute = row[tag];
    if (!TAG.test(tag) || !isObject(attribute)) return false;
    const { Value } = attribute;
    if (Value !== undefined && !Array.isArray(Value)) return false;
  }
  return true;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What has no value, and what is no text, as a sequence, is left out. */
function textsOf(row: DicomJsonRow, wanted: ReadonlySet<Tag>): FoundAttributes {
  const texts: Record<string, readonly string[]> = {};
  for (const [key, { Value = [] }] of Object.entries(row)) {
    const tag = key.toUpperCase();
    if (!wanted.has(tag)) continue;
    const values = Value.map(textOf).filter((text) => text !== undefined && text !== '');
    if (values.length > 0) texts[tag] = values as string[];
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
