import { targetLevel, type Target } from '../../domain/dicom/target.ts';
import {
  hasInstance,
  toInstanceSet,
  type InstanceSet,
  type StudyInstance,
} from '../../domain/deletion/instance-set.ts';
import { MalformedAnswerError, UnavailableError } from '../../domain/errors.ts';
import type { FoundAttributes, SearchQuery } from '../../ports/dicom-search.ts';
import type { Invocation } from '../invocation.ts';
import type { DeletionDependencies } from './deletion-dependencies.ts';

export const SERIES_INSTANCE_UID = '0020000E';
const SOP_INSTANCE_UID = '00080018';

/** Within every documented maximum (5,000 studies or series, 50,000 instances), and some megabytes of answer. */
const PAGE = 5000;
/** "offset" goes no further (DICOM conformance statement, 2026-04-14). */
const LARGEST_OFFSET = 1_000_000;

export type Searching = Pick<DeletionDependencies, 'search' | 'lanes' | 'attempts'>;

/** A target that holds more instances than may be deleted at once. */
export const TOO_MANY = 'too-many';

/**
 * The instances that the store lists under a target.
 *
 * @returns {@link TOO_MANY} for more than the limit.
 */
export async function listInstances(
  target: Target,
  limit: number,
  deps: Searching,
  invocation: Invocation,
): Promise<InstanceSet | typeof TOO_MANY> {
  const instances: StudyInstance[] = [];
  for await (const instance of eachInstance(target, deps, invocation)) {
    if (instances.length === limit) return TOO_MANY;
    instances.push(instance);
  }
  return toInstanceSet(instances);
}

/** The instances under a target, each once. */
async function* eachInstance(
  target: Target,
  deps: Searching,
  invocation: Invocation,
): AsyncGenerator<StudyInstance> {
  const isOne = targetLevel(target) === 'instance' && target.sopInstanceUid !== null;
  const query = {
    level: 'instances',
    within: { ...target, sopInstanceUid: null },
    ...(isOne ? { filter: { [SOP_INSTANCE_UID]: target.sopInstanceUid } } : {}),
  } as const;
  const read = (row: FoundAttributes): StudyInstance => ({
    seriesInstanceUid: requireValue(row, SERIES_INSTANCE_UID),
    sopInstanceUid: requireValue(row, SOP_INSTANCE_UID),
  });
  const keyOf = (row: FoundAttributes): string => {
    const { seriesInstanceUid, sopInstanceUid } = read(row);
    return `${seriesInstanceUid}/${sopInstanceUid}`;
  };
  for await (const row of eachDistinctMatch(query, keyOf, deps, invocation)) yield read(row);
}

/** So often a list of several pages is read: it ends before, with the first reading that finds nothing new. */
const MOST_READINGS = 10;

/**
 * The matches of a search, each once and none left out that is there all the time.
 *
 * Pages are counted by offset and have no order, so whatever goes or comes between two of them may hide a match. A list of
 * several pages is therefore read again, until that finds nothing new.
 *
 * @throws UnavailableError when it never does.
 */
export async function* eachDistinctMatch(
  query: Omit<SearchQuery, 'limit' | 'offset'>,
  keyOf: (row: FoundAttributes) => string,
  deps: Searching,
  invocation: Invocation,
): AsyncGenerator<FoundAttributes> {
  const seen = new Set<string>();
  for (let reading = 0; reading < MOST_READINGS; reading += 1) {
    const before = seen.size;
    let pages = 0;
    for await (const page of eachPage(query, deps, invocation)) {
      pages += 1;
      for (const row of page) {
        const key = keyOf(row);
        if (seen.has(key)) continue;
        seen.add(key);
        yield row;
      }
    }
    if (pages <= 1 || seen.size === before) return;
  }
  throw new UnavailableError('What the store lists changes faster than it can be read.', {
    details: { call: 'search' },
  });
}

/**
 * The pages of a search, to the end.
 *
 * A page may be shorter than was asked for and yet not be the last, so only an empty one ends it.
 *
 * @throws RangeError for more matches than a search can be paged through.
 */
export async function* eachPage(
  query: Omit<SearchQuery, 'limit' | 'offset'>,
  { search, lanes, attempts }: Searching,
  invocation: Invocation,
): AsyncGenerator<readonly FoundAttributes[]> {
  for (let offset = 0; ;) {
    if (offset > LARGEST_OFFSET) throw new RangeError('A search cannot be paged any further.');
    const page = await attempts(invocation, (limits) =>
      lanes.search.run(
        (paced) => paced(() => search.search({ ...query, limit: PAGE, offset }, limits.signal)),
        limits,
      ),
    );
    if (page.length === 0) return;
    yield page;
    offset += page.length;
  }
}

/** @throws MalformedAnswerError when a match does not have the attribute: then nobody knows what it is. */
export function requireValue(row: FoundAttributes, tag: string): string {
  const [value] = row[tag] ?? [];
  if (value !== undefined) return value;
  throw new MalformedAnswerError('search: a match lacks a UID', { details: { call: 'search', tag } });
}

/** What is listed under a target, held against what is known of it. */
export interface Comparison {
  /** Of the known instances, those that are listed. */
  readonly left: InstanceSet;
  /** How many others are listed. */
  readonly others: number;
}

/** Holds what the store lists against known instances, without keeping the others. */
export async function compareWithListed(
  target: Target,
  known: InstanceSet,
  deps: Searching,
  invocation: Invocation,
): Promise<Comparison> {
  const has = hasInstance(known);
  const left: StudyInstance[] = [];
  let others = 0;
  for await (const instance of eachInstance(target, deps, invocation)) {
    if (has(instance)) left.push(instance);
    else others += 1;
  }
  return { left: toInstanceSet(left), others };
}
