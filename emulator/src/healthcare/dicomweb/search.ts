import { toDicomJson, type DicomJson, type DicomJsonAttribute } from '../dicom/dicom-json.ts';
import { tagOfKeyword } from '../dicom/dictionary.ts';
import { readHeader } from '../dicom/part10.ts';
import { unlessMissing } from '../storage/missing-file.ts';
import type { InstanceEntry, InstanceIndex, SeriesEntry, StudyEntry } from '../storage/instance-index.ts';
import { DEFAULT_ATTRIBUTES, levelOf } from './attributes.ts';
import type { Exchange, ResourceUids } from './exchange.ts';
import { requireJson, sendJsonList } from './json-list.ts';
import type { Level } from './paths.ts';
import { parseSearchQuery, type Filter, type SearchQuery } from './search-query.ts';

/** Search transaction: studies, series or instances, of the whole store or within the UIDs of the path. */
export async function search(exchange: Exchange, level: Level, within: Partial<ResourceUids>): Promise<void> {
  const { request, response, query, store, switches, nowMs } = exchange;
  requireJson(request.headers.accept);
  const parsed = parseSearchQuery(level, query, switches);
  store.index.sweep(nowMs);
  const page = findPage(store.index, level, within, parsed);
  if (page.length === 0 && switches.emptySearch === 'no-content') {
    response.writeHead(204).end();
    return;
  }
  await sendJsonList(response, rows(exchange, level, page, parsed.include));
}

/** What a search found: a study, a series with its study, or an instance with both. */
interface Match {
  readonly study: StudyEntry;
  readonly series?: SeriesEntry;
  readonly instance?: InstanceEntry;
}

/** One page, taken at one moment. Whatever does not match at a level is passed over with all that is below it. */
function findPage(
  { studies }: InstanceIndex,
  level: Level,
  within: Partial<ResourceUids>,
  { filters, offset, limit }: SearchQuery,
): Match[] {
  const page: Match[] = [];
  let toSkip = offset;
  /** @returns whether the page is full. */
  const take = (match: Match): boolean => {
    if (toSkip > 0) toSkip -= 1;
    else page.push(match);
    return page.length === limit;
  };
  for (const study of studies.values()) {
    if (within.study !== undefined && study.uid !== within.study) continue;
    if (!passes('study', filters, study.attributes)) continue;
    if (level === 'study') {
      if (take({ study })) return page;
      continue;
    }
    for (const series of study.series.values()) {
      if (within.series !== undefined && series.uid !== within.series) continue;
      if (!passes('series', filters, series.attributes)) continue;
      if (level === 'series') {
        if (take({ study, series })) return page;
        continue;
      }
      for (const instance of series.instances.values()) {
        if (!isWanted(filters, instance)) continue;
        if (take({ study, series, instance })) return page;
      }
    }
  }
  return page;
}

function passes(level: Level, filters: readonly Filter[], attributes: DicomJson): boolean {
  return filters.every(
    (filter) => filter.level !== level || filter.matches(firstValue(attributes[filter.tag])),
  );
}

function isWanted(filters: readonly Filter[], instance: InstanceEntry): boolean {
  return filters.every((filter) => filter.level !== 'instance' || filter.matches(instance.uid));
}

/** Searches look at the first value only; of a name, at its alphabetic form. */
function firstValue(attribute: DicomJsonAttribute | undefined): string {
  const value = attribute?.Value?.[0];
  if (typeof value === 'string') return value;
  const name = (value ?? {}) as Readonly<Record<string, string>>;
  return name['Alphabetic'] ?? '';
}

async function* rows(
  { store }: Exchange,
  level: Level,
  page: readonly Match[],
  include: SearchQuery['include'],
): AsyncGenerator<DicomJson> {
  for (const match of page) {
    const attributes = attributesOf(match);
    if (match.instance !== undefined && needsFile(include)) {
      // Of an instance that is gone and still listed, only what is in memory is left.
      const header = await readHeader(store.bodyPath(match.instance.order)).catch(unlessMissing);
      const wants = (tag: string) => include === 'all' || include.has(tag);
      if (header !== undefined) Object.assign(attributes, toDicomJson(header, { wants }));
    }
    yield pick(attributes, level, include);
  }
}

/** Attributes of instances that are not in memory have to be read from their files. */
function needsFile(include: SearchQuery['include']): boolean {
  if (include === 'all') return true;
  return [...include].some(
    (tag) => levelOf(tag) === 'instance' && !DEFAULT_ATTRIBUTES.instance.includes(tag),
  );
}

function pick(attributes: DicomJson, level: Level, include: SearchQuery['include']): DicomJson {
  const row: DicomJson = {};
  const wanted = include === 'all' ? Object.keys(attributes) : [...DEFAULT_ATTRIBUTES[level], ...include];
  for (const tag of wanted.sort()) {
    const attribute = attributes[tag];
    if (attribute !== undefined) row[tag] = attribute;
  }
  return row;
}

/** What is known of a match in memory: its own attributes, those of what it belongs to, and what is counted. */
function attributesOf({ study, series, instance }: Match): DicomJson {
  const attributes = { ...study.attributes, ...series?.attributes, ...instance?.shared };
  set(attributes, 'InstanceAvailability', 'CS', 'ONLINE');
  set(attributes, 'StudyInstanceUID', 'UI', study.uid);
  if (series !== undefined) set(attributes, 'SeriesInstanceUID', 'UI', series.uid);
  if (instance !== undefined) {
    set(attributes, 'SOPInstanceUID', 'UI', instance.uid);
    if (instance.instanceNumber !== undefined) attributes['00200013'] = instance.instanceNumber;
    return attributes;
  }
  if (series !== undefined) {
    set(attributes, 'NumberOfSeriesRelatedInstances', 'IS', series.instances.size);
    return attributes;
  }
  const allSeries = study.series.values();
  const modalities = new Set(allSeries.map((entry) => firstValue(entry.attributes['00080060'])));
  set(attributes, 'ModalitiesInStudy', 'CS', ...modalities);
  set(attributes, 'NumberOfStudyRelatedSeries', 'IS', allSeries.length);
  const count = allSeries.reduce((sum, entry) => sum + entry.instances.size, 0);
  set(attributes, 'NumberOfStudyRelatedInstances', 'IS', count);
  return attributes;
}

function set(attributes: DicomJson, keyword: string, vr: string, ...values: readonly unknown[]): void {
  const tag = tagOfKeyword(keyword);
  if (tag === undefined) throw new Error(`${keyword} is missing from dictionary.tsv.`);
  attributes[tag] = { vr, Value: values };
}
