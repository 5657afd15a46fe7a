import { countInstances, digestOf } from '../../domain/deletion/instance-set.ts';
import type { PlanLine } from '../../domain/deletion/plan.ts';
import { targetResult } from '../../domain/deletion/target-result.ts';
import type { Target } from '../../domain/dicom/target.ts';
import type { FoundAttributes } from '../../ports/dicom-search.ts';
import type { Invocation } from '../invocation.ts';
import type { DeletionDependencies } from './deletion-dependencies.ts';
import { findHold } from './holds.ts';
import { pruneMarkers, type MarkedStudy } from './ingest-markers.ts';
import {
  eachDistinctMatch,
  listInstances,
  requireValue,
  SERIES_INSTANCE_UID,
  TOO_MANY,
} from './list-instances.ts';
import { tooMany } from './prepare.ts';
import type { JudgeStudy, SeriesAge } from './series-age.ts';

const MODALITY = '00080060';
const STUDY_DATE = '00080020';

/** What a cleanup means for one study. */
export interface StudyPlan {
  readonly lines: readonly PlanLine[];
  /** Series past their retention. */
  readonly past: number;
  /** Why series stay, and how many. */
  readonly figures: Readonly<Record<string, number>>;
}

/**
 * Decides of a study as a whole, and deletes it as a whole where every series of it falls; otherwise series by series, as
 * also where a hold keeps a part of it.
 */
export async function planStudy(
  { studyInstanceUid, series: markers }: MarkedStudy,
  judge: JudgeStudy,
  isDryRun: boolean,
  deps: DeletionDependencies,
  invocation: Invocation,
): Promise<StudyPlan> {
  const study: Target = { studyInstanceUid, seriesInstanceUid: null, sopInstanceUid: null };
  const series = await listSeries(study, markers, deps, invocation);
  if (series.length === 0 && !isDryRun) await pruneMarkers(studyInstanceUid, deps, invocation);
  const verdicts = judge(series);
  const figures: Record<string, number> = {};
  for (const verdict of verdicts) figures[verdict] = (figures[verdict] ?? 0) + 1;
  const past = series.filter((_, index) => verdicts[index] === 'past');
  if (past.length === 0) return { lines: [], past: 0, figures };
  const isWhole = past.length === series.length && (await findHold(study, deps, invocation)) === null;
  const targets = isWhole ? [study] : past.map(({ seriesInstanceUid }) => ({ ...study, seriesInstanceUid }));
  const lines: PlanLine[] = [];
  for (const target of targets) lines.push(await planTarget(target, isDryRun, deps, invocation));
  return { lines, past: past.length, figures };
}

async function planTarget(
  target: Target,
  isDryRun: boolean,
  deps: DeletionDependencies,
  invocation: Invocation,
): Promise<PlanLine> {
  const hold = await findHold(target, deps, invocation);
  if (hold !== null) return { target, known: null, result: targetResult('held', { reason: hold }) };
  const { maxDeleteInstances } = deps.settings;
  const instances = await listInstances(target, maxDeleteInstances, deps, invocation);
  if (instances === TOO_MANY) return { target, known: null, result: tooMany(target, maxDeleteInstances) };
  const planned = countInstances(instances);
  if (isDryRun) return { target, known: null, result: targetResult('planned', { counts: { planned } }) };
  return { target, known: { kind: 'digest', ...digestOf(instances) }, result: null };
}

/** The series of a study that the store lists, with what the markers say of them. */
async function listSeries(
  within: Target,
  markers: ReadonlyMap<string, string>,
  deps: DeletionDependencies,
  invocation: Invocation,
): Promise<readonly SeriesAge[]> {
  const series = new Map<string, SeriesAge>();
  const query = { level: 'series', within, include: [MODALITY, STUDY_DATE] } as const;
  const keyOf = (row: FoundAttributes): string => requireValue(row, SERIES_INSTANCE_UID);
  for await (const row of eachDistinctMatch(query, keyOf, deps, invocation)) {
    const seriesInstanceUid = keyOf(row);
    series.set(seriesInstanceUid, {
      seriesInstanceUid,
      modality: row[MODALITY]?.[0] ?? '',
      studyDate: row[STUDY_DATE]?.[0] ?? '',
      ingestedOn: markers.get(seriesInstanceUid),
    });
  }
  return [...series.values()];
}
