import { formatTarget, type Target } from '../../domain/dicom/target.ts';
import type { InstanceUids } from '../../domain/dicom/instance-uids.ts';
import { isUid } from '../../domain/dicom/uid.ts';
import type { Selection } from '../../domain/export/export-command.ts';
import {
  formatDates,
  halveDates,
  isStudyQuery,
  matchesQuery,
  parseDates,
  queryFilter,
  type ExportQuery,
} from '../../domain/export/export-query.ts';
import { FingerprintTable } from '../../domain/export/fingerprint-table.ts';
import type { FoundAttributes, Tag } from '../../ports/dicom-search.ts';
import type { Invocation } from '../invocation.ts';
import {
  searchAll,
  searchPage,
  searchPages,
  type SearchDependencies,
  type SearchEnd,
} from './search-pages.ts';

const STUDY_INSTANCE_UID = '0020000D';
const SERIES_INSTANCE_UID = '0020000E';
const SOP_INSTANCE_UID = '00080018';

/** What a listing comes across, in the order in which it does. */
export type Listed =
  /** What follows belongs to this target. */
  | { readonly kind: 'target'; readonly target: Target }
  | { readonly kind: 'instance'; readonly uids: InstanceUids; readonly attributes: FoundAttributes }
  /** An instance of a study or series that was found, which is itself not what the query asks for. */
  | { readonly kind: 'mismatch' }
  /** An instance whose UIDs are none, so that it can be neither asked for nor named. */
  | { readonly kind: 'nameless' }
  /** There is more than a search can reach. */
  | { readonly kind: 'too-many' };

/**
 * Lists all instances of a selection, holding one page.
 *
 * An instance may come more than once: pages overlap when the store changes meanwhile, and so may targets.
 *
 * @param include attributes wanted beside the UIDs.
 */
export async function* listSelection(
  selection: Selection,
  include: readonly Tag[],
  deps: SearchDependencies,
  invocation: Invocation,
): AsyncGenerator<Listed> {
  if (selection.kind === 'targets') {
    for (const target of selection.targets) {
      yield { kind: 'target', target };
      yield* listTarget(target, include, deps, invocation);
    }
    return;
  }
  const { query } = selection;
  const wanted = [...new Set([...include, ...Object.keys(queryFilter(query))])];
  const seen = new FingerprintTable();
  for await (const hit of findTargets(query, deps, invocation)) {
    if (hit === 'too-many') yield { kind: 'too-many' };
    else if (seen.put(formatTarget(hit)) === 'new') yield* listHit(hit, query, wanted, deps, invocation);
  }
}

/** What is found of a study or series, each instance looked at by itself. */
async function* listHit(
  target: Target,
  query: ExportQuery,
  include: readonly Tag[],
  deps: SearchDependencies,
  invocation: Invocation,
): AsyncGenerator<Listed> {
  yield { kind: 'target', target };
  for await (const listed of listTarget(target, include, deps, invocation)) {
    const isOther = listed.kind === 'instance' && !matchesQuery(query, listed.attributes);
    yield isOther ? { kind: 'mismatch' } : listed;
  }
}

async function* listTarget(
  target: Target,
  include: readonly Tag[],
  deps: SearchDependencies,
  invocation: Invocation,
): AsyncGenerator<Listed> {
  if (target.sopInstanceUid !== null) {
    yield* toListed(await findInstance(target, target.sopInstanceUid, include, deps, invocation));
    return;
  }
  const query = { level: 'instances', within: target, include } as const;
  if ((yield* listing(searchPages(query, deps, invocation))) === 'all') return;
  if (target.seriesInstanceUid === null) yield* listBySeries(target, include, deps, invocation);
  else yield { kind: 'too-many' };
}

/** Of a study that has more instances than a search for them can reach. */
async function* listBySeries(
  study: Target,
  include: readonly Tag[],
  deps: SearchDependencies,
  invocation: Invocation,
): AsyncGenerator<Listed> {
  const series = searchAll({ level: 'series', within: study }, deps, invocation);
  for await (const attributes of series) {
    const seriesInstanceUid = first(attributes, SERIES_INSTANCE_UID);
    if (isUid(seriesInstanceUid))
      yield* listTarget({ ...study, seriesInstanceUid }, include, deps, invocation);
    else yield { kind: 'nameless' };
  }
}

/** Looks for one instance of a series. @returns nothing where it is not there. */
export function findInstance(
  series: Target,
  sopInstanceUid: string,
  include: readonly Tag[],
  deps: SearchDependencies,
  invocation: Invocation,
): Promise<readonly FoundAttributes[]> {
  const within = { ...series, sopInstanceUid: null };
  const filter = { [SOP_INSTANCE_UID]: sopInstanceUid };
  return searchPage({ level: 'instances', within, filter, include, limit: 1, offset: 0 }, deps, invocation);
}

/** Series by series within each page: a store has no order, and a series that is kept together can come as one stream. */
async function* listing(
  pages: AsyncGenerator<readonly FoundAttributes[], SearchEnd>,
): AsyncGenerator<Listed, SearchEnd> {
  for (;;) {
    const next = await pages.next();
    if (next.done === true) return next.value;
    yield* toListed(bySeries(next.value));
  }
}

function bySeries(page: readonly FoundAttributes[]): readonly FoundAttributes[] {
  const uid = (attributes: FoundAttributes): string => first(attributes, SERIES_INSTANCE_UID);
  return page.toSorted((a, b) => Number(uid(a) > uid(b)) - Number(uid(a) < uid(b)));
}

function* toListed(matches: readonly FoundAttributes[]): Generator<Listed> {
  for (const attributes of matches) {
    const uids: InstanceUids = {
      studyInstanceUid: first(attributes, STUDY_INSTANCE_UID),
      seriesInstanceUid: first(attributes, SERIES_INSTANCE_UID),
      sopInstanceUid: first(attributes, SOP_INSTANCE_UID),
    };
    const isNamed = Object.values(uids).every((uid: string) => isUid(uid));
    yield isNamed ? { kind: 'instance', uids, attributes } : { kind: 'nameless' };
  }
}

/** The studies or series that a query finds; where they are too many for one search, by halves of its dates. */
async function* findTargets(
  query: ExportQuery,
  deps: SearchDependencies,
  invocation: Invocation,
): AsyncGenerator<Target | 'too-many'> {
  const isStudy = isStudyQuery(query);
  const search = { level: isStudy ? 'studies' : 'series', within: null, filter: queryFilter(query) } as const;
  const matches = searchAll(search, deps, invocation);
  let next = await matches.next();
  for (; next.done !== true; next = await matches.next()) {
    const studyInstanceUid = first(next.value, STUDY_INSTANCE_UID);
    const seriesInstanceUid = isStudy ? null : first(next.value, SERIES_INSTANCE_UID);
    if (isUid(studyInstanceUid) && isUid(seriesInstanceUid ?? studyInstanceUid))
      yield { studyInstanceUid, seriesInstanceUid, sopInstanceUid: null };
  }
  if (next.value === 'all') return;
  const range = parseDates(query.StudyDate ?? '');
  const halves = range === undefined ? undefined : halveDates(range);
  if (halves === undefined) yield 'too-many';
  else
    for (const half of halves)
      yield* findTargets({ ...query, StudyDate: formatDates(half) }, deps, invocation);
}

function first(attributes: FoundAttributes, tag: Tag): string {
  return attributes[tag]?.[0] ?? '';
}
