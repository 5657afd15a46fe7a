import { targetLevel, type Target } from '../../domain/dicom/target.ts';
import {
  hasInstance,
  toInstanceSet,
  type InstanceSet,
  type StudyInstance,
} from '../../domain/deletion/instance-set.ts';
import { MalformedAnswerError } from '../../domain/errors.ts';
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

/** The instances under a target as they are found; the same one may come twice while the store changes. */
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
  for await (const row of eachMatch(query, deps, invocation)) {
    yield {
      seriesInstanceUid: requireValue(row, SERIES_INSTANCE_UID),
      sopInstanceUid: requireValue(row, SOP_INSTANCE_UID),
    };
  }
}

/**
 * The matches of a search, page by page to the end.
 *
 * A page may be shorter than was asked for and yet not be the last, so only an empty one ends it.
 *
 * @throws RangeError for more matches than a search can be paged through.
 */
export async function* eachMatch(
  query: Omit<SearchQuery, 'limit' | 'offset'>,
  { search, lanes, attempts }: Searching,
  invocation: Invocation,
): AsyncGenerator<FoundAttributes> {
  for (let offset = 0; ;) {
    if (offset > LARGEST_OFFSET) throw new RangeError('A search cannot be paged any further.');
    const page = await attempts(invocation, (limits) =>
      lanes.search.run(
        (paced) => paced(() => search.search({ ...query, limit: PAGE, offset }, limits.signal)),
        limits,
      ),
    );
    if (page.length === 0) return;
    yield* page;
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
