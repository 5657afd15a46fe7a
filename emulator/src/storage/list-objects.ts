import { GoogleError } from '../http/google-error.ts';
import type { Catalog } from './catalog.ts';
import { isJsonObject } from './json.ts';
import type { ObjectRecord } from './records.ts';
import { compareUtf8 } from './sorted-names.ts';

const LARGEST_PAGE = 1000;

export interface ObjectPage {
  readonly items: readonly ObjectRecord[];
  readonly prefixes: readonly string[];
  readonly nextPageToken?: string;
}

interface ListQuery {
  readonly prefix: string;
  /** Empty when names are not to be grouped. */
  readonly delimiter: string;
  readonly startOffset: string;
  readonly endOffset: string | undefined;
  readonly withArchived: boolean;
  readonly includeTrailingDelimiter: boolean;
  readonly maxResults: number;
  readonly after: Position | undefined;
}

/** Where a page ended: behind a generation of a name, or behind all names with a prefix. */
type Position = { readonly name: string; readonly generation: number } | { readonly prefix: string };

/**
 * One page of a listing in the order of the names' UTF-8 bytes, items and prefixes counted together.
 *
 * @throws GoogleError 400 for a bad query, 404 for the bucket, 501 for filters the stand-in does not carry out.
 */
export function listObjects(catalog: Catalog, bucket: string, parameters: URLSearchParams): ObjectPage {
  const query = parseQuery(parameters);
  const names = catalog.names(bucket);
  const page = { items: [] as ObjectRecord[], prefixes: [] as string[] };
  let last = query.after;
  let index = firstIndex(query, names);
  for (let name = names.at(index); name !== undefined && isInRange(query, name); name = names.at(index)) {
    const listed = catalog
      .generations(bucket, name)
      .filter((record) => query.withArchived || record.timeDeleted === undefined);
    const group = listed.length === 0 ? undefined : groupOf(query, name);
    if (group !== undefined) {
      if (isFull(page, query)) return { ...page, nextPageToken: tokenOf(last) };
      page.prefixes.push(group);
      last = { prefix: group };
    }
    if (group === undefined || (query.includeTrailingDelimiter && group === name)) {
      for (const record of listed.filter((candidate) => isAfter(candidate, query.after))) {
        if (isFull(page, query)) return { ...page, nextPageToken: tokenOf(last) };
        page.items.push(record);
        last = group === undefined ? { name, generation: record.generation } : last;
      }
    }
    index = group === undefined ? index + 1 : names.afterPrefix(group);
  }
  return page;
}

function parseQuery(query: URLSearchParams): ListQuery {
  for (const name of ['matchGlob', 'filter', 'softDeleted']) {
    if (query.has(name)) throw new GoogleError(501, `The storage stand-in does not support ${name}.`);
  }
  const token = query.get('pageToken');
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    startOffset: query.get('startOffset') ?? '',
    endOffset: query.get('endOffset') ?? undefined,
    withArchived: query.get('versions') === 'true',
    includeTrailingDelimiter: query.get('includeTrailingDelimiter') === 'true',
    maxResults: parseMaxResults(query),
    after: token === null || token === '' ? undefined : parseToken(token),
  };
}

/** @throws GoogleError 400 unless `maxResults` is a positive integer. More than 1,000 means 1,000. */
export function parseMaxResults(query: URLSearchParams): number {
  const text = query.get('maxResults');
  if (text === null) return LARGEST_PAGE;
  if (!/^[1-9]\d*$/.test(text)) throw new GoogleError(400, 'Invalid value for: maxResults');
  return Math.min(Number(text), LARGEST_PAGE);
}

function firstIndex({ prefix, startOffset, after }: ListQuery, names: Names): number {
  const start = Math.max(names.lowerBound(prefix), names.lowerBound(startOffset));
  if (after === undefined) return start;
  return Math.max(start, 'prefix' in after ? names.afterPrefix(after.prefix) : names.lowerBound(after.name));
}

type Names = ReturnType<Catalog['names']>;

function isInRange({ prefix, endOffset }: ListQuery, name: string): boolean {
  return (
    name.startsWith(prefix) &&
    (endOffset === undefined || endOffset === '' || compareUtf8(name, endOffset) < 0)
  );
}

function isAfter(record: ObjectRecord, position: Position | undefined): boolean {
  if (position === undefined || 'prefix' in position || position.name !== record.name) return true;
  return record.generation > position.generation;
}

/** The common prefix that stands for the name in a listing with a delimiter. */
function groupOf({ prefix, delimiter }: ListQuery, name: string): string | undefined {
  if (delimiter === '') return undefined;
  const cut = name.indexOf(delimiter, prefix.length);
  return cut === -1 ? undefined : name.slice(0, cut + delimiter.length);
}

function isFull({ items, prefixes }: ObjectPage, { maxResults }: ListQuery): boolean {
  return items.length + prefixes.length >= maxResults;
}

function tokenOf(position: Position | undefined): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function parseToken(token: string): Position {
  let position: unknown;
  try {
    position = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw new GoogleError(400, 'Invalid value for: pageToken');
  }
  if (isJsonObject(position)) {
    const { prefix, name, generation } = position;
    if (typeof prefix === 'string') return { prefix };
    if (typeof name === 'string' && typeof generation === 'number') return { name, generation };
  }
  throw new GoogleError(400, 'Invalid value for: pageToken');
}
