import type { CleanupCommand } from '../../domain/deletion/delete-command.ts';
import { dayBefore, formatDay, parseDicomDate } from '../../domain/deletion/period.ts';

/** A series as the store lists it, and as ingest's markers know it. */
export interface SeriesAge {
  readonly seriesInstanceUid: string;
  /** Empty where the store has none. */
  readonly modality: string;
  /** As the store has it, `YYYYMMDD`; empty where it has none. */
  readonly studyDate: string;
  /** The day it was last ingested, `YYYY-MM-DD`; undefined where no marker tells. */
  readonly ingestedOn: string | undefined;
}

/** Why a series stays, as a word of the report's figures. */
export type Kept = 'too-young' | 'unknown-age' | 'other-modality';

/** Decides of a whole study at once, which of its series are past their retention. */
export type JudgeStudy = (series: readonly SeriesAge[]) => readonly (Kept | 'past')[];

/**
 * The rule of a cleanup at one moment.
 *
 * What is not known is kept: a series without marker, and a study whose date is missing, impossible, in the future, or not
 * the same in all its series.
 *
 * @param nowMs milliseconds since the epoch.
 */
export function makeJudgeStudy(command: CleanupCommand, nowMs: number): JudgeStudy {
  const olderThan = dayBefore(nowMs, command.olderThan);
  const minInStore = command.minInStore === null ? null : dayBefore(nowMs, command.minInStore);
  const today = formatDay(nowMs);
  const isWanted = ({ modality }: SeriesAge): boolean =>
    command.modalities === null || command.modalities.includes(modality);

  const judgeMarker = ({ ingestedOn }: SeriesAge, before: string | null): Kept | 'past' => {
    if (ingestedOn === undefined) return 'unknown-age';
    return before === null || ingestedOn < before ? 'past' : 'too-young';
  };

  return (series) => {
    const studyDate = command.age === 'study-date' ? commonDate(series, today) : undefined;
    return series.map((one) => {
      if (!isWanted(one)) return 'other-modality';
      if (command.age === 'ingested') {
        const byAge = judgeMarker(one, olderThan);
        return byAge === 'past' ? judgeMarker(one, minInStore) : byAge;
      }
      if (studyDate === undefined) return 'unknown-age';
      return studyDate < olderThan ? judgeMarker(one, minInStore) : 'too-young';
    });
  };
}

/** The date of a study, where all its series have it and it can be: `YYYY-MM-DD`. */
function commonDate(series: readonly SeriesAge[], today: string): string | undefined {
  const [first, ...others] = new Set(series.map(({ studyDate }) => studyDate));
  if (first === undefined || others.length > 0) return undefined;
  const date = parseDicomDate(first);
  return date === undefined || date > today ? undefined : date;
}

/** Whether a marker alone tells that a series stays, so that the store need not be asked. */
export function makeMayBePast(command: CleanupCommand, nowMs: number): (ingestedOn: string) => boolean {
  const periods = command.age === 'ingested' ? [command.olderThan, command.minInStore] : [command.minInStore];
  const days = periods.filter((period) => period !== null).map((period) => dayBefore(nowMs, period));
  return (ingestedOn) => days.every((day) => ingestedOn < day);
}
