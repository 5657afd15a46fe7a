import { tagOfKeyword } from '../dicom/dictionary.ts';
import type { HealthcareSwitches } from '../switches.ts';
import { PlainTextError } from './errors.ts';
import type { Level } from './paths.ts';

/** A search as its query asks for it. */
export interface SearchQuery {
  readonly filters: readonly Filter[];
  readonly limit: number;
  readonly offset: number;
  /** Attributes wanted besides the default ones. */
  readonly include: 'all' | ReadonlySet<string>;
}

/** A condition on one attribute of a study, series or instance. */
export interface Filter {
  readonly level: Level;
  readonly tag: string;
  matches(value: string): boolean;
}

const STUDY_FILTERS = [
  'StudyInstanceUID',
  'PatientName',
  'PatientID',
  'AccessionNumber',
  'ReferringPhysicianName',
  'StudyDate',
];
const SERIES_FILTERS = [...STUDY_FILTERS, 'SeriesInstanceUID', 'Modality'];
const FILTERS: Readonly<Record<Level, readonly string[]>> = {
  study: STUDY_FILTERS,
  series: SERIES_FILTERS,
  instance: [...SERIES_FILTERS, 'SOPInstanceUID'],
};

const LIMITS: Readonly<Record<Level, { readonly byDefault: number; readonly maximum: number }>> = {
  study: { byDefault: 100, maximum: 5000 },
  series: { byDefault: 100, maximum: 5000 },
  instance: { byDefault: 1000, maximum: 50_000 },
};
/** Users report that the API refuses it. */
const AVAILABLE_TRANSFER_SYNTAX_UID = '00083002';
const MAX_OFFSET = 1_000_000;

/** Parameters of every Google API, which say nothing about the search. */
const SYSTEM_PARAMETERS = new Set(
  '$.xgafv access_token alt callback fields key oauth_token prettyPrint quotaUser uploadType upload_protocol'.split(
    ' ',
  ),
);

/** @throws PlainTextError 400 for a parameter that the API does not have, or a value that it cannot take. */
export function parseSearchQuery(
  level: Level,
  query: URLSearchParams,
  switches: HealthcareSwitches,
): SearchQuery {
  const isFuzzy = single(query, 'fuzzymatching') === 'true';
  const filters: Filter[] = [];
  for (const name of new Set(query.keys())) {
    if (['limit', 'offset', 'includefield', 'fuzzymatching'].includes(name) || SYSTEM_PARAMETERS.has(name))
      continue;
    const filter = parseFilter(level, name, single(query, name) ?? '', isFuzzy);
    if (filter !== undefined) filters.push(filter);
  }
  const { byDefault, maximum } = LIMITS[level];
  return {
    filters,
    limit: parseCount('limit', single(query, 'limit'), byDefault, 1, maximum, switches),
    offset: parseCount('offset', single(query, 'offset'), 0, 0, MAX_OFFSET, switches),
    include: parseIncludes(query.getAll('includefield')),
  };
}

function single(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  if (values.length > 1) throw new PlainTextError(400, `the query parameter ${name} is given more than once`);
  return values[0];
}

function parseCount(
  name: string,
  text: string | undefined,
  byDefault: number,
  minimum: number,
  maximum: number,
  { aboveMaximum }: HealthcareSwitches,
): number {
  if (text === undefined) return byDefault;
  const count = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(count >= minimum)) throw new PlainTextError(400, `invalid ${name}: ${text}`);
  if (count > maximum && aboveMaximum === 'reject') {
    throw new PlainTextError(400, `${name} ${text} is above the maximum of ${maximum}`);
  }
  return Math.min(count, maximum);
}

function parseIncludes(fields: readonly string[]): 'all' | ReadonlySet<string> {
  const names = fields.flatMap((field) => field.split(',')).filter((name) => name !== '');
  if (names.includes('all')) return 'all';
  return new Set(
    names.map((name) => {
      const tag = tagOf(name);
      if (tag === undefined || tag === AVAILABLE_TRANSFER_SYNTAX_UID)
        throw new PlainTextError(400, `unknown/unsupported QIDO attribute: ${name}`);
      return tag;
    }),
  );
}

/** The tag that a parameter names by its digits or its keyword. */
function tagOf(name: string): string | undefined {
  return /^[0-9a-fA-F]{8}$/.test(name) ? name.toUpperCase() : tagOfKeyword(name);
}

/** @returns undefined for an empty value, which every study, series and instance matches. */
function parseFilter(level: Level, name: string, value: string, isFuzzy: boolean): Filter | undefined {
  const tag = tagOf(name);
  const keyword = FILTERS[level].find((candidate) => tagOfKeyword(candidate) === tag);
  if (tag === undefined || keyword === undefined) {
    throw new PlainTextError(400, `${name} is not a supported ${level} level search parameter`);
  }
  if (value === '') return undefined;
  const filterLevel = STUDY_FILTERS.includes(keyword)
    ? 'study'
    : keyword === 'SOPInstanceUID'
      ? 'instance'
      : 'series';
  return { level: filterLevel, tag, matches: matcher(keyword, value, isFuzzy) };
}

function matcher(keyword: string, wanted: string, isFuzzy: boolean): (value: string) => boolean {
  if (keyword === 'StudyDate') return dateMatcher(wanted);
  if (keyword === 'PatientName' && isFuzzy) return fuzzyMatcher(wanted);
  return (value) => value === wanted;
}

function dateMatcher(wanted: string): (value: string) => boolean {
  const range = /^(\d{8})?(-)?(\d{8})?$/.exec(wanted);
  const [, from, dash, to] = range ?? [];
  if (
    range === null ||
    (dash === undefined && to !== undefined) ||
    (from === undefined && to === undefined)
  ) {
    throw new PlainTextError(400, `invalid StudyDate: ${wanted}`);
  }
  if (dash === undefined) return (value) => value === from;
  return (value) => /^\d{8}$/.test(value) && value >= (from ?? '') && value <= (to ?? '99999999');
}

/** Every word asked for begins some word of the name, whatever the case. */
function fuzzyMatcher(wanted: string): (value: string) => boolean {
  const prefixes = words(wanted);
  return (value) => prefixes.every((prefix) => words(value).some((word) => word.startsWith(prefix)));
}

function words(name: string): string[] {
  return name
    .toLowerCase()
    .split(/[\s^=,]+/)
    .filter((word) => word !== '');
}
