import { seriesKey, type PlanItem, type SliceItem } from '../../domain/export/export-plan.ts';
import { itemKey } from '../../domain/export/item-result.ts';
import type { SeriesUids } from '../../ports/dicom-retrieval.ts';
import type { ExportDependencies } from './export-dependencies.ts';
import type { ExportContext } from './own-object.ts';

/** A stream pays off from so many instances on; for fewer it would carry others along for nothing. */
const FEWEST_INSTANCES = { series: 2, auto: 8 } as const;

/** What of a slice is to be exported. */
export interface SliceItems {
  /** All there are in it. */
  readonly all: readonly SliceItem[];
  /** Those that nothing is known of yet. */
  readonly open: readonly PlanItem[];
}

/** The open items of one series. */
export interface SeriesGroup {
  readonly series: SeriesUids;
  /** By `itemKey`. */
  readonly items: ReadonlyMap<string, PlanItem>;
}

/**
 * The series of a slice that one stream each (RetrieveSeries) could bring, where that is wanted.
 *
 * Not one of which the slice is known to hold a part only, or of which less than half is open: the stream would carry all of
 * it. Nor instances that were asked for by themselves, of which nothing says how many others their series has.
 */
export function groupSeries(
  { all, open }: SliceItems,
  { plan }: ExportContext,
  { retrieveBy }: ExportDependencies['settings'],
): readonly SeriesGroup[] {
  const isPossible = plan.rendition.kind === 'original' && plan.selection.kind === 'targets';
  if (retrieveBy === 'instance' || !isPossible) return [];
  const cut = new Set(all.filter(({ isOfCutSeries }) => isOfCutSeries).map(seriesKey));
  const whole = bySeries(all);
  const isSingle = ({ target }: PlanItem): boolean => plan.targets[target]?.target.sopInstanceUid != null;
  const isWorthwhile = ([key, { items }]: readonly [string, SeriesGroup]): boolean =>
    items.size >= FEWEST_INSTANCES[retrieveBy] &&
    items.size * 2 > (whole.get(key)?.items.size ?? 0) &&
    !cut.has(key);
  return [...bySeries(open.filter((item) => !isSingle(item)))].filter(isWorthwhile).map(([, group]) => group);
}

/** The items that are of none of the series. */
export function singlesOf(items: readonly PlanItem[], groups: readonly SeriesGroup[]): readonly PlanItem[] {
  const grouped = new Set(groups.flatMap((group) => [...group.items.values()]));
  return items.filter((item) => !grouped.has(item));
}

/** Of a series what is still to be done. */
export function onlyOf({ series, items }: SeriesGroup, open: ReadonlySet<PlanItem>): SeriesGroup {
  return { series, items: new Map([...items].filter(([, item]) => open.has(item))) };
}

function bySeries(items: readonly PlanItem[]): ReadonlyMap<string, SeriesGroup> {
  const groups = new Map<string, { readonly series: SeriesUids; readonly items: Map<string, PlanItem> }>();
  for (const item of items) {
    const { studyInstanceUid, seriesInstanceUid } = item.uids;
    const key = seriesKey(item);
    const group = groups.get(key) ?? { series: { studyInstanceUid, seriesInstanceUid }, items: new Map() };
    group.items.set(itemKey(item), item);
    groups.set(key, group);
  }
  return groups;
}
