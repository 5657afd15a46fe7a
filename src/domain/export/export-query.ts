import * as v from 'valibot';
import { isUid } from '../dicom/uid.ts';

/** What is looked for, by keyword. */
export type ExportQuery = v.InferOutput<typeof exportQuerySchema>;

/** The attributes by which a Cloud Healthcare API store can search studies or series (its conformance statement, Search). */
const QUERY_TAGS = {
  StudyDate: '00080020',
  PatientID: '00100020',
  PatientName: '00100010',
  AccessionNumber: '00080050',
  ReferringPhysicianName: '00080090',
  StudyInstanceUID: '0020000D',
  SeriesInstanceUID: '0020000E',
  Modality: '00080060',
} as const;

/** Wildcards are taken literally or refused, and a backslash separates values: none of them means what it seems to. */
const value = v.optional(
  v.pipe(
    v.string('has to be a text'),
    v.nonEmpty('is empty'),
    v.maxLength(324, 'is too long'),
    v.check(
      (text) => /^[^\p{C}\\*?]+$/u.test(text) && text.trim() === text,
      'has a wildcard, a backslash, a control character, or blanks around it',
    ),
  ),
);
const uid = v.optional(v.pipe(v.string('has to be a text'), v.check(isUid, 'has to be a UID')));
const date = v.optional(
  v.pipe(
    v.string('has to be a text'),
    v.check((text) => parseDates(text) !== undefined, 'has to be YYYYMMDD or YYYYMMDD-YYYYMMDD'),
  ),
);

export const exportQuerySchema = v.pipe(
  v.strictObject({
    StudyDate: date,
    PatientID: value,
    PatientName: value,
    AccessionNumber: value,
    ReferringPhysicianName: value,
    StudyInstanceUID: uid,
    SeriesInstanceUID: uid,
    Modality: value,
  }),
  v.check((query) => Object.keys(query).length > 0, 'asks for nothing: the whole store is not a query'),
);

/** The first and the last day, as `YYYYMMDD`. */
export interface DateRange {
  readonly first: string;
  readonly last: string;
}

/** The days that `YYYYMMDD`, `A-B`, `A-` or `-B` stands for; undefined for anything else. */
export function parseDates(text: string): DateRange | undefined {
  const [, first = '', dash = '', last = ''] = /^(\d{8})?(-)?(\d{8})?$/.exec(text) ?? [];
  if (dash === '') return isDay(first) && last === '' ? { first, last: first } : undefined;
  if (first === '' && last === '') return undefined;
  const range = { first: first === '' ? '00010101' : first, last: last === '' ? '99991231' : last };
  return isDay(range.first) && isDay(range.last) && range.first <= range.last ? range : undefined;
}

function isDay(text: string): boolean {
  const at = dayToMs(text);
  return !Number.isNaN(at) && msToDay(at) === text;
}

function dayToMs(day: string): number {
  return Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`);
}

function msToDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10).replaceAll('-', '');
}

const DAY_MS = 86_400_000;

/** The two halves of a range; undefined for a single day. */
export function halveDates({ first, last }: DateRange): readonly [DateRange, DateRange] | undefined {
  if (first === last) return undefined;
  const days = Math.floor((dayToMs(last) - dayToMs(first)) / DAY_MS / 2);
  const middle = dayToMs(first) + days * DAY_MS;
  return [
    { first, last: msToDay(middle) },
    { first: msToDay(middle + DAY_MS), last },
  ];
}

export function formatDates({ first, last }: DateRange): string {
  return first === last ? first : `${first}-${last}`;
}

/** The query as a search takes it. */
export function queryFilter(query: ExportQuery): Readonly<Record<string, string>> {
  return Object.fromEntries(conditions(query).map(([keyword, wanted]) => [tagOf(keyword), wanted]));
}

function conditions(query: ExportQuery): readonly (readonly [string, string])[] {
  return Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
}

function tagOf(keyword: string): string {
  return QUERY_TAGS[keyword as keyof typeof QUERY_TAGS];
}

/** Whether a search among studies finds it; otherwise it takes one among series. */
export function isStudyQuery({ SeriesInstanceUID, Modality }: ExportQuery): boolean {
  return SeriesInstanceUID === undefined && Modality === undefined;
}

/**
 * Whether an instance is one that was asked for.
 *
 * A search may say so of a study for what one instance of it has: its attributes may differ from instance to instance, and then what the
 * store finds is not defined. So each is looked at, more strictly than a store does: what differs only in case is
 * no match.
 */
export function matchesQuery(
  query: ExportQuery,
  attributes: Readonly<Record<string, readonly string[]>>,
): boolean {
  return conditions(query).every(([keyword, wanted]) => {
    const found = (attributes[tagOf(keyword)]?.[0] ?? '').trim();
    if (keyword !== 'StudyDate') return found === wanted;
    const range = parseDates(wanted);
    return range !== undefined && found !== '' && range.first <= found && found <= range.last;
  });
}
